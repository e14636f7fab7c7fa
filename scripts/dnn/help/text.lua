-- Documentation laid out for a terminal: Markdown to lines of a width, code and headings bold where there is colour.
local concat = table.concat
local find, gmatch, gsub, match, rep, sub = string.find, string.gmatch, string.gsub, string.match, string.rep,
  string.sub
local len = utf8.len

local text = {}

local BOLD <const>, DIM <const>, PLAIN <const> = "\27[1m", "\27[2m", "\27[0m"
local NO_BREAK <const> = "\1"     -- a blank inside `code`, where no line ends

-- A printer: lines are appended to it.
function text.new(width, colour)
  return {width = width, colour = colour, lines = {}}
end

function text.result(out)
  local lines = out.lines
  while lines[#lines] == "" do lines[#lines] = nil end
  return concat(lines, "\n")
end

function text.bold(out, words)
  return out.colour and BOLD .. words .. PLAIN or words
end

function text.dim(out, words)
  return out.colour and DIM .. words .. PLAIN or words
end

function text.line(out, line)
  local lines = out.lines
  lines[#lines + 1] = line
end

-- An empty line, but never two.
function text.gap(out)
  local lines = out.lines
  if #lines > 0 and lines[#lines] ~= "" then lines[#lines + 1] = "" end
end

function text.heading(out, words)
  text.gap(out)
  text.line(out, text.bold(out, words))
end

-- Columns that a word takes; the marks of `code` are not shown.
local function columns(word)
  local shown = gsub(word, "`", "")
  return len(shown) or #shown
end

-- A word as it is shown, its code bold.
local function shown(out, word)
  word = gsub(word, NO_BREAK, " ")
  if not out.colour then return (gsub(word, "`", "")) end
  return (gsub(word, "`([^`]*)`", BOLD .. "%1" .. PLAIN))
end

-- A paragraph, wrapped; its first line begins with `first`, the others with `rest`, which are as wide as they look.
function text.paragraph(out, words, first, rest)
  words = gsub(words, "`[^`]*`", function(code) return (gsub(code, "%s", NO_BREAK)) end)
  local line, used, indent = first or "", columns(first or ""), rest or ""
  local empty = true
  for word in gmatch(words, "%S+") do
    local wide = columns(word)
    if not empty and used + 1 + wide > out.width then
      text.line(out, line)
      line, used, empty = indent, columns(indent), true
    end
    line = line .. (empty and "" or " ") .. shown(out, word)
    used = used + (empty and 0 or 1) + wide
    empty = false
  end
  text.line(out, line)
end

-- Code as it is, indented.
function text.code(out, code, indent)
  for line in gmatch(code .. "\n", "([^\n]*)\n") do
    text.line(out, line == "" and "" or (indent or "    ") .. line)
  end
end

-- A term and what it means after a column of `wide` characters.
function text.definition(out, term, words, indent, wide)
  local gap = rep(" ", wide - columns(term))
  if columns(term) > wide then
    text.line(out, indent .. text.bold(out, term))
    return text.paragraph(out, words, indent .. rep(" ", wide + 2), indent .. rep(" ", wide + 2))
  end
  local before = out.lines
  local at = #before + 1
  text.paragraph(out, words, indent .. rep(" ", columns(term)) .. gap .. "  ", indent .. rep(" ", wide + 2))
  before[at] = indent .. text.bold(out, term) .. sub(before[at], #indent + columns(term) + 1)
end

-- Markdown: paragraphs, lists of "- ", and code that is indented by four or is between ``` marks.
function text.markdown(out, markdown)
  local paragraph, fenced, list = {}, false, false
  local function finish()
    if #paragraph == 0 then return end
    text.paragraph(out, concat(paragraph, " "), list and "  - " or "", list and "    " or "")
    paragraph = {}
  end
  for line in gmatch(markdown .. "\n", "([^\n]*)\n") do
    if find(line, "^```") then
      finish()
      fenced = not fenced
    elseif fenced then
      text.code(out, line)
    elseif line == "" then
      finish()
      list = false
      text.gap(out)
    elseif #paragraph == 0 and find(line, "^    ") then
      text.line(out, line)
    elseif find(line, "^%- ") then
      finish()
      list = true
      paragraph[1] = match(line, "^%- (.*)$")
    else
      paragraph[#paragraph + 1] = line
    end
  end
  finish()
end

return text
