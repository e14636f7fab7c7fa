---@meta _

-- # Interruption
--
-- At the prompt Ctrl-C stops what runs within a tenth of a second by the error `interrupted!`, and every object can be
-- used as before. What was being written holds part of its result; what is changed in place, and the step of an
-- optimiser, is done whole or not at all; after an interrupted forward or backward the network goes on with its next
-- forward. Where the error is caught and the work goes on, the next Ctrl-C ends it for good.
--
-- In a script the first Ctrl-C lets one that logs a run (`run:log`, `run:steps`, `run.stopped`) or has asked
-- `dnn.interrupted()` finish its batch: both say so from then on, loops over `run:steps` end, and what follows them is
-- done. Every other script is ended at once by the error, and so is this one by the second Ctrl-C; the status is 130.
--
-- Loops over `dnn.data.batches` go on to their end, since those that measure must see everything; ask in their body.
-- A loop that only calls `run:log` ends in the log after the next by an error that is no failure, once the run's
-- `checkpoint` was called.
--
-- What cannot be stopped, and ends first: a single call of `dnn.linalg.svd`, `eig`, `eigh`, `lstsq`, `pinv`, `rank`, and
-- each step of the others (a decomposition of 1000 x 1000 numbers takes from a few hundredths of a second for
-- `solve` to seconds for `svd` and `eig`, and of twice the size eight times as long), a change in place of hundreds of
-- millions of numbers, the decoding of one picture, functions of Lua's that do not call back, such as `string.rep`
-- and `string.find` with a pattern that tries very much, and finalisers (`__gc`). At the prompt a second Ctrl-C, from one
-- second on, then says so, and a third ends the program. In a script one more Ctrl-C than the one that is to stop it
-- ends the program without ado.
--
-- A program that embeds the module under another host, such as the stock lua, meets none of this unless its host asks:
-- see core/interrupt.h in libdnn.

---@class dnn
local dnn = {}

---Says whether Ctrl-C has asked the script to come to its end.
---
---A script that has called it once is not ended by the first Ctrl-C. False at the prompt, where Ctrl-C stops at once,
---and under the stock lua.
---
---```lua
---for epoch = 1, 3 do
---  if dnn.interrupted() then break end
---end
---print(dnn.interrupted())   --> false
---```
---@return boolean
function dnn.interrupted() end
