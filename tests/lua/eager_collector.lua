-- A busted helper: the collector at its most eager. A new cycle begins as soon as the last one has ended
-- and advances far with every allocation; and every few thousand instructions of the virtual machine (as
-- often as a minute allows) there is a full collection. gc_spec.lua collects every few instructions.
collectgarbage("incremental", 1, 1000, 1)
debug.sethook(function() collectgarbage() end, "", 5000)
