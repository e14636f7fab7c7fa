---@meta _

-- # Interruption
--
-- At the prompt Ctrl-C interrupts what is running within a tenth of a second, with the error `interrupted!`, and every
-- object remains usable. A result that was being written is incomplete; a change in place and an optimiser's step are
-- done entirely or not at all; after an interrupted forward or backward the network continues with its next forward. If
-- the error is caught and the work continues, the next Ctrl-C ends it for good.
--
-- A script that logs a run (`run:log`, `run:steps`, `run.stopped`) or has called `dnn.interrupted()` may finish its
-- batch after the first Ctrl-C: both report it from then on, loops over `run:steps` end, and what follows them still
-- runs. Any other script is stopped at once by the error, and a second Ctrl-C stops the former too; the exit status is
-- 130.
--
-- Loops over `dnn.data.batches` run to their end, since an evaluation must see every example; check in their body. A
-- loop that only calls `run:log` ends at the log after the next, with an error that does not count as a failure, once
-- the run's `checkpoint` has been called.
--
-- Some things cannot be interrupted and finish first: a single call of `dnn.linalg.svd`, `eig`, `eigh`, `lstsq`, `pinv`
-- or `rank`, and each step of the others (a decomposition of 1000 x 1000 numbers takes from a few hundredths of a
-- second for `solve` to seconds for `svd` and `eig`; twice the size takes eight times as long), a change in place of
-- hundreds of millions of numbers, the decoding of one image, functions of Lua that do not call back, such as
-- `string.rep` and `string.find` with a pattern that backtracks for long, and finalisers (`__gc`). At the prompt a
-- second Ctrl-C, after at least one second, then says so, and a third ends the program. In a script one more Ctrl-C
-- ends the program immediately.
--
-- Under another host, such as the stock lua, none of this happens unless the host asks for it: see core/interrupt.h in
-- libdnn.

---@class dnn
local dnn = {}

---Whether Ctrl-C has asked the script to finish.
---
---A script that has called it once is not stopped by the first Ctrl-C. Always false at the prompt, where Ctrl-C
---interrupts at once, and under the stock lua.
---
---```lua
---for epoch = 1, 3 do
---  if dnn.interrupted() then break end
---end
---print(dnn.interrupted())   --> false
---```
---@return boolean
function dnn.interrupted() end
