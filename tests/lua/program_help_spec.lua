-- The manual page and the completion scripts name every option of dnnlua --help, and complete as they should.
local program = dofile "tests/lua/program.lua"
local quote, read_all, shell = program.quote, program.read_all, program.shell

describe("every option of dnnlua --help", function()
  local long, short = {}, {}

  setup(function()
    for line in program.run("--help"):gmatch "[^\n]+" do
      for name in line:gmatch "%-%-(%l+)" do long[name] = true end
      local letter = line:match "^%s+%-(%a)%f[%A]"
      if letter then short[letter] = true end
    end
    assert.is_true(long.help and long.seed and short.e and short.h)
  end)

  local function holds(path, long_form, short_form)
    local text = read_all(path)
    for name in pairs(long) do
      assert.is_truthy(text:find(long_form:format(name)), ("%s lacks --%s"):format(path, name))
    end
    for letter in pairs(short) do
      assert.is_truthy(text:find(short_form:format(letter)), ("%s lacks -%s"):format(path, letter))
    end
  end

  it("is in the manual page", function()
    holds("docs/dnnlua.1", "Fl %%-%s%%f[%%W]", "\n%%.It Fl %s%%f[%%W]")
  end)

  it("is in the completion scripts", function()
    holds("completions/dnnlua.bash", "%%-%%-%s%%f[%%W]", "[ ']%%-%s%%f[%%W]")
    holds("completions/_dnnlua", "%%-%%-%s%%f[%%W]", "%%-%s%%f[%%W]")
    holds("completions/dnnlua.fish", " %%-l %s ", " %%-s %s ")
  end)

  it("is completed by bash, with script names and files after the options", function()
    if not os.execute "command -v bash >/dev/null 2>&1" then return pending "no bash" end
    local function completed(...)
      local words = {...}
      for i, word in ipairs(words) do words[i] = quote(word) end
      local out = shell("bash -c " .. quote(([[source completions/dnnlua.bash
        COMP_WORDS=(%s %s) COMP_CWORD=%d
        _dnnlua "${COMP_WORDS[0]}"
        printf '%%s\n' "${COMPREPLY[@]}"]]):format(quote(program.dnnlua), table.concat(words, " "), #words)))
      return out
    end
    assert.equal("--threads\n--time\n--traceback\n", completed "--t")
    assert.equal("train_cats.lua\n", completed "train_c")
    assert.equal("README.md\n", completed("train_cats.lua", "READ"))
    assert.equal("\n", completed("--seed", ""))
    assert.equal("--view\n", completed("--seed", "7", "--vi"))
    assert.equal("\n", completed("train_cats.lua", "--vi"))
  end)

  it("is in scripts that zsh and fish can read", function()
    local tried = false
    for shell_name, path in pairs{zsh = "completions/_dnnlua", fish = "completions/dnnlua.fish"} do
      if os.execute("command -v " .. shell_name .. " >/dev/null 2>&1") then
        tried = true
        local _, err, status = shell(("%s -n %s"):format(shell_name, path))
        assert.same({"", 0}, {err, status}, path)
      end
    end
    if not tried then return pending "no zsh, no fish" end
  end)
end)
