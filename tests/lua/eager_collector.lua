-- A busted helper: a new collection begins as soon as the last one has ended, and each step does much, so
-- that a value which nothing keeps alive is gone at the next allocation or soon after.
collectgarbage("incremental", 1, 1000, 1)
