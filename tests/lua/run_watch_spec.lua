-- dnn.Run: a watched network is described correctly, and a training stops at what is not finite.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local event_file = require "event_file"
local fails = require "fails"
local program = require "program"
local runs = require "runs"

local assert_near, events_of, training = runs.assert_near, runs.events_of, runs.training

describe("dnn.Run", function()
  local folder

  before_each(function()
    folder = program.path()
  end)

  after_each(function()
    program.remove(folder)
  end)

  describe("watching a network", function()
    it("logs gradient norms, updates, dead units, learning rate and pace", function()
      for _, dtype in ipairs {"float32", "float64"} do
        local net, optimiser, step = training {dtype = dtype}
        local run <close> = assert(dnn.Run(folder, {net = net, optimiser = optimiser, every = 0}))
        local expected = {}
        for i = 1, 4 do
          local p = net:parameters()
          local weight, bias = net[3].weight:copy(), net[3].bias:copy()
          local cost = step()
          local change = math.sqrt((net[3].weight - weight):norm() ^ 2 + (net[3].bias - bias):norm() ^ 2)
          local size = math.sqrt(net[3].weight:norm() ^ 2 + net[3].bias:norm() ^ 2)
          expected[i] = {
            norm = math.sqrt(net[1].weight_grad:norm() ^ 2 + net[1].bias_grad:norm() ^ 2),
            ratio = change / size,
            dead = 1 - net[2].A:any(2):mean(),
            mean = net[2].A:mean(),
          }
          assert.equal(251, p.count)
          run:log(i, {cost = cost})
          optimiser.lr = optimiser.lr / 2
        end
        local events = events_of(run)
        local norms = event_file.series(events, "grad_norm/1 Linear")
        local ratios = event_file.series(events, "update_ratio/3 Linear")
        local dead = event_file.series(events, "dead_units/2 ReLU")
        local means = event_file.series(events, "output_mean/2 ReLU")
        local rates = event_file.series(events, "learning_rate")
        for i, e in ipairs(expected) do
          assert_near(e.norm, norms[i])
          assert_near(e.ratio, ratios[i], 1e-5)
          assert_near(e.dead, dead[i])
          assert_near(e.mean, means[i], 1e-5)
          assert_near(0.01 / 2 ^ (i - 1), rates[i])
        end
        local _, paces = event_file.series(events, "seconds_per_step")
        assert.equal(3, paces) -- from the second on
        assert.equal(tostring(net), event_file.series(events, "network")[0].text)
        assert.is_nil(next((event_file.series(events, "dead_units/4 Sigmoid"))))
      end
    end)

    it("leaves to the script what the script logs itself", function()
      local net, optimiser, step = training()
      local run <close> = assert(dnn.Run(folder, {net = net, optimiser = optimiser, every = 0}))
      step()
      run:log(1, {grad_norm = net:grad_norms(), learning_rate = 7})
      local events = events_of(run)
      assert.equal(7, event_file.series(events, "learning_rate")[1])
      assert.equal(1, select(2, event_file.series(events, "learning_rate")))
      assert.equal(1, select(2, event_file.series(events, "grad_norm/1 Linear")))
    end)

    it("logs histograms of weights and gradients, and the first layer's weights as pictures", function()
      local net, _, step = training()
      local run <close> = assert(dnn.Run(folder))
      run:watch(net)
      step()
      run:log(1, {})
      local events = events_of(run)
      local h = event_file.series(events, "weight_grad/1 Linear")[1].histogram
      assert.equal(240, h.count)
      assert_near(net[1].weight_grad:max(), h.max)
      assert_near(net[1].weight_grad:sum(), h.sum, 1e-5)
      assert.equal(5, event_file.series(events, "bias/1 Linear")[1].histogram.count)
      local picture = event_file.series(events, "filters/1 Linear")[1].image
      assert.same({14, 9}, {picture.width, picture.height}) -- 5 of 4 x 4 x 3, in rows of 3
    end)

    it("logs the kernels of every convolution as images, whatever their channels are", function()
      local net = dnn.Sequential{dnn.Input(9, 9, 3), dnn.Conv2d(3, 6, 3), dnn.ReLU(),
        dnn.Residual{dnn.Conv2d(6, 6, 3, {padding = 1})}, dnn.Conv2d(6, 2, 1), dnn.Flatten()}
      local run <close> = assert(dnn.Run(folder, {net = net}))
      net:forward(dnn.rand(243, 2))
      run:log(1, {})
      local events = events_of(run)
      local first = event_file.images(events, "filters/1 Conv2d")[1]
      assert.same({11, 7}, {first.width, first.height}) -- 6 of 3 x 3, in rows of 3
      local second = event_file.images(events, "filters/3.1 Conv2d")[1]
      assert.same({23, 23}, {second.width, second.height}) -- 6 x 6 of them
      assert.same({}, event_file.images(events, "filters/4 Conv2d")) -- of single pixels
    end)

    it("logs once how the layers hang together", function()
      local net = dnn.Sequential{dnn.Linear(4, 3), dnn.Residual{dnn.Tanh()}, dnn.Linear(3, 1)}
      local run <close> = assert(dnn.Run(folder, {net = net, every = 0, histogram_every = 0}))
      net:forward(dnn.rand(4, 2))
      run:log(1, {})
      run:log(2, {})
      local graph, count = event_file.series(runs.events_of(run), "graph")
      assert.equal(1, count)
      assert.equal([[
| step | place | layer | input | output | parameters |
|---|---|---|---|---|---|
| 1 | 1 | Linear(4 -> 3) | X | 3 | 15 |
| 2 | 2.1 | Tanh | 1 | 3 | 0 |
| 3 | 2 | Add | 2, 1 | 3 | 0 |
| 4 | 3 | Linear(3 -> 1) | 3 | 1 | 4 |]], graph[1].text)
    end)

    it("takes its time: looks are 0.1 s apart, histograms 5 s", function()
      local net, _, step = training()
      local run <close> = assert(dnn.Run(folder, {net = net}))
      local start, i = dnn.time(), 0
      while dnn.time() - start < 0.35 do
        i = i + 1
        step()
        run:log(i, {cost = 1})
      end
      local events = events_of(run)
      local _, looks = event_file.series(events, "grad_norm/1 Linear")
      assert.is_true(looks >= 1 and looks <= 5, looks)
      assert.equal(1, select(2, event_file.series(events, "weight/1 Linear")))
      assert.equal(i, select(2, event_file.series(events, "cost")))
    end)

    it("changes no bit of what is trained", function()
      local net, optimiser, step = training()
      local twin, _, twin_step = training()
      local run <close> = assert(dnn.Run(folder,
        {net = net, optimiser = optimiser, every = 0, histogram_every = 0}))
      for i = 1, 20 do
        run:log(i, {cost = step()})
        twin_step()
      end
      assert.equal(twin:parameters().values, net:parameters().values)
    end)

    it("ends when the network becomes a part of another, which can be watched then", function()
      local net = dnn.Sequential{dnn.Linear(3, 2)}
      local run <close> = assert(dnn.Run(folder, {net = net, every = 0}))
      net:forward(dnn.ones(3, 4))
      local whole = dnn.Sequential{net, dnn.Linear(2, 1)}
      whole:forward(dnn.ones(3, 4))
      collectgarbage() -- the smaller network's memory was all that the run knew
      collectgarbage()
      run:log(1, {cost = 1})
      run:watch(whole)
      whole:forward(dnn.ones(3, 4))
      whole:backward(dnn.ones(1, 4))
      run:log(2, {cost = 1})
      assert.is_number(event_file.series(events_of(run), "grad_norm/2 Linear")[2])
    end)

    it("does without an optimiser that was collected before a finaliser logs", function()
      -- The collector finalises what was made last first.
      local function watch()
        local net = dnn.Sequential {dnn.Linear(3, 2)}
        local run = assert(dnn.Run(folder, {every = 0}))
        local all = {}
        all.first = setmetatable({}, {__gc = function() run:log(2, {cost = all.net and 1}) end})
        all.net, all.optimiser = net, dnn.optim.SGD(net:parameters(), {lr = 0.1})
        run:watch(net, all.optimiser)
        run:log(1, {cost = 2})
        return run.file
      end
      local path = watch()
      collectgarbage()
      collectgarbage()
      local steps = {cost = {}, learning_rate = {}}
      for _, event in ipairs(event_file.read(path)) do
        if steps[event.tag] then table.insert(steps[event.tag], event.step) end
      end
      assert.same({cost = {1, 2}, learning_rate = {1}}, steps)
    end)

    it("ends with the network, and with the run", function()
      local net, optimiser, step = training()
      local run <close> = assert(dnn.Run(folder, {net = net, optimiser = optimiser, every = 0}))
      step()
      local other = assert(dnn.Run(folder))
      other:watch(net) -- takes over
      step()
      run:log(1, {cost = 1})
      other:log(1, {cost = 1})
      other:close()
      step()
      run:watch(net, optimiser)
      step()
      net:close()
      run:log(2, {cost = 1})
      fails("this network is closed", run.watch, run, net)
      net, optimiser, other, step = nil, nil, nil, nil -- luacheck: ignore
      collectgarbage()
      collectgarbage()
    end)
  end)

  describe("stops at what is not finite", function()
    it("and has it on disk", function()
      local run <close> = assert(dnn.Run(folder))
      fails("Run: cost is -inf at step 9; run:watch(net) would name the layer; try a smaller "
        .. "learning rate", run.log, run, 9, {cost = -1 / 0, other = 1})
      local events = event_file.read(run.file)
      assert.equal(-1 / 0, event_file.series(events, "cost")[9])
      assert.equal(1, event_file.series(events, "other")[9])
    end)

    it("naming the layer of a watched network", function()
      local net, _, _, X, loss, Y = training()
      local run <close> = assert(dnn.Run(folder, {net = net}))
      local kept = X(3, 7)
      X:set(3, 7, 0 / 0)
      net(X)
      fails("Run: cost is nan at step 1; X, the network's input, is nan in row 3 of example 7",
        run.log, run, 1, {cost = 0 / 0})
      X:set(3, 7, kept)
      net[3].weight:set(1, 2, 1 / 0)
      fails("Run: cost is nan at step 2; layer 3, Linear(5 -> 1): its weight(1, 2) is inf", function()
        run:log(2, {cost = loss(net(X), Y)})
        run:log(2, {cost = 0 / 0})
      end)
      net[3].weight:set(1, 2, 1)
      net(X)
      fails("the outputs of all layers are finite: look at Y", run.log, run, 3, {cost = 0 / 0})
      local events = events_of(run)
      assert.is_truthy(event_file.series(events, "not_finite")[3].text:find("look at Y", 1, true))
    end)

    it("unless that is switched off", function()
      local run <close> = assert(dnn.Run(folder, {stop_not_finite = false}))
      run:log(1, {cost = 0 / 0})
      local cost = event_file.series(events_of(run), "cost")[1]
      assert.is_true(cost ~= cost)
    end)

    it("and logs the gradients of a step that an optimiser refused", function()
      local net, optimiser, step, X = training()
      local run <close> = assert(dnn.Run(folder, {net = net, optimiser = optimiser}))
      step()
      run:log(5, {cost = 1})
      X:set(3, 7, 1 / 0)
      fails("Adam: layer 1, Linear: gradient of weight", step)
      local events = event_file.read(run.file)
      local norm = event_file.series(events, "grad_norm/1 Linear")[6]
      assert.is_false(norm == norm and math.abs(norm) < math.huge)
      assert.is_truthy(event_file.series(events, "not_finite")[6].text:find("layer 1", 1, true))
    end)
  end)
end)
