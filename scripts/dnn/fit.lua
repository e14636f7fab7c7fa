-- dnn.fit: the usual training loop, on one page. To do it another way, copy the function learn into a script of your
-- own: what is around the loop (data, history, early stopping, checkpoints, progress) is dnn/fit/training.lua's,
-- and each line that uses it may be replaced or left out.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local training_of = require "dnn.fit.training"

local function learn(training)
  local net, loss, optimiser, opts = training.net, training.loss, training.optimiser, training.opts

  for _ in training:epochs() do                          -- until all are done, or nothing has got better for a while
    for X, Y, beside in training:batches() do            -- and until Ctrl-C, the window or a callback says stop
      local A = net:forward(X, beside)                   -- {lengths = } of a set that has some
      local cost = loss:forward(A, Y)
      training:measure(A, Y, cost)                       -- for the epoch's mean cost and metrics
      net:backward(training:share(loss:backward()))      -- a mean over the batches that make one step
      if training:completes_step() then                  -- every batch, or one in `accumulate`
        if opts.clip then dnn.clip_grad_norm_(net:parameters(), opts.clip) end
        optimiser:step()
        training:finish_step(cost)                       -- schedule, run log, progress bar, on_batch
      end
    end
    if not training.stopped then
      local validation = training.validation and dnn.evaluate(net, training.validation, training.measures)
      training:finish_epoch(validation)                  -- history, best weights, schedule, on_epoch
    end
  end
end

-- dnn.fit{net = , data = , loss = , optimiser = , epochs = , ...}: trains, and returns the history.
local function fit(options)
  if type(options) ~= "table" then
    arguments.wrong(1, "a table of options, as in {net = net, data = set, loss = loss}", options)
  end
  local training <close> = training_of(options)
  training:attempt(learn)
  return training:finish()
end

return arguments.guarded("dnn.fit", fit)
