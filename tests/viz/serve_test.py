#!/usr/bin/env python3
"""dnnview --serve as a browser and as a stranger meet it: the page, its data while a run grows, and what is
refused. DNNVIEW and DNNLUA are the programs."""
import http.client, json, os, re, signal, subprocess, tempfile, time, unittest

RUN = """
local dnn = require "dnn"
local run = assert(dnn.Run(arg[1]))
for i = tonumber(arg[2]), tonumber(arg[3]) do run:log(i, {loss = 1 / i}) end
run:close()
"""


class Serve(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "runs")
        self.log("cats", 1, 20)
        self.program = subprocess.Popen([os.environ["DNNVIEW"], self.path, "--serve", "0"],
                                        stdout=subprocess.PIPE, text=True)
        self.port = int(re.match(r"http://localhost:(\d+)/$", self.program.stdout.readline()).group(1))

    def tearDown(self):
        if self.program.poll() is None:
            self.program.kill()
        self.program.wait()
        self.program.stdout.close()
        self.folder.cleanup()

    def log(self, name, first, last):
        script = os.path.join(self.folder.name, "run.lua")
        with open(script, "w") as f:
            f.write(RUN)
        subprocess.run([os.environ["DNNLUA"], script, os.path.join(self.path, name), str(first), str(last)],
                       check=True)

    def ask(self, path, method="GET", host=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, headers={"Host": host or f"localhost:{self.port}"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body

    def test_page_and_data_while_a_run_grows(self):
        status, page = self.ask("/")
        self.assertEqual(status, 200)
        self.assertTrue(page.startswith(b"<!doctype html>"))
        status, body = self.ask("/data")
        data = json.loads(body)
        self.assertEqual([len(s["s"]) for s in data["series"]], [20])
        self.assertEqual(data["series"][0]["v"][3], 0.25)
        self.assertEqual(self.ask("/data?version=" + data["version"])[0], 204)  # nothing new
        self.log("dogs", 1, 5)
        for _ in range(600):
            status, body = self.ask("/data?version=" + data["version"])
            if status == 200 and len(json.loads(body)["runs"]) == 2 and len(json.loads(body)["series"]) == 2:
                break
            time.sleep(0.1)
        self.assertEqual([r["name"] for r in json.loads(body)["runs"]], ["cats", "dogs"])

    def test_strangers_and_other_wishes_are_refused(self):
        self.assertEqual(self.ask("/", host=f"127.0.0.1:{self.port}")[0], 200)
        for host in ["evil.example", f"evil.example:{self.port}", "localhost", f"localhost:{self.port + 1}"]:
            self.assertEqual(self.ask("/data", host=host)[0], 403)
        for method in ["POST", "PUT", "DELETE", "OPTIONS"]:
            self.assertEqual(self.ask("/", method)[0], 405)
        for path in ["/x", "/../etc/passwd", "/data/", "/%2e%2e/"]:
            self.assertEqual(self.ask(path)[0], 404)

    def test_it_listens_on_the_loopback_address_alone(self):
        with open("/proc/net/tcp") as f:
            listening = [line.split()[1] for line in f if line.split()[3] == "0A"]
        own = [a for a in listening if int(a.split(":")[1], 16) == self.port]
        self.assertEqual([a.split(":")[0] for a in own], ["0100007F"])

    def test_ctrl_c_ends_it_and_a_taken_port_is_named(self):
        taken = subprocess.run([os.environ["DNNVIEW"], self.path, "--serve", str(self.port)], text=True,
                               capture_output=True)
        self.assertEqual(taken.returncode, 1)
        self.assertIn(f"port {self.port} of the loopback address is not free", taken.stderr)
        self.program.send_signal(signal.SIGINT)
        self.assertEqual(self.program.wait(60), 0)


unittest.main()
