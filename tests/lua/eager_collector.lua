-- A busted helper: the collector at its most eager. A new cycle begins as soon as the last one has ended
-- and advances far with every allocation; and every few hundred instructions of the virtual machine there
-- is a full collection, so that a value which nothing keeps alive is gone at once.
collectgarbage("incremental", 1, 1000, 1)
debug.sethook(function() collectgarbage() end, "", 500)
