"""One run of the agents endpoint, as a client sees it."""
import json
import time
import urllib.error
import urllib.request


class Run:
    """What came over the wire.

    calls: [{"name", "arguments", "result"}] in call order. turn_seconds: how long
    each turn of the model took; tools with canned results take no time.
    """

    def __init__(self):
        self.calls = []
        self.answer = ""
        self.error = ""
        self.turn_seconds = []
        self.seconds = 0.0

    def take(self, event, seconds):
        if "error" in event:
            self.error = json.dumps(event["error"])
            return
        message = event["choices"][0]["message"]
        if event["object"] == "tool.completion":
            call = next((c for c in self.calls if c["id"] == message.get("tool_call_id")), None)
            if call:
                call["result"] = message["content"]
            return
        self.turn_seconds.append(seconds)
        for call in message.get("tool_calls") or []:
            self.calls.append({"id": call["id"], "name": call["function"]["name"], "arguments": call["function"]["arguments"]})
        if not message.get("tool_calls"):
            self.answer = message.get("content") or ""


class Client:
    def __init__(self, url, key, model, timeout_seconds=180):
        self.url = url.rstrip("/")
        self.headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        self.model = model
        self.timeout_seconds = timeout_seconds

    def run(self, prompt, tools, case_index):
        """tools: names. case_index: pinned as `case`, -1 pins nothing."""
        parameters = {"tool_params": {"case": max(case_index, 0)}}
        body = {"model": self.model, "messages": [{"role": "user", "content": prompt}], "temperature": 0,
                "tools": [{"type": "heroku_tool", "name": name, "runtime_params": parameters} for name in tools]}
        run = Run()
        began = last = time.monotonic()
        try:
            for event in self.events(body):
                now = time.monotonic()
                run.take(event, now - last)
                last = now
        except urllib.error.HTTPError as error:
            run.error = f"{error.code}: {error.read(2000).decode('utf-8', 'replace')}"
        except OSError as error:
            run.error = str(error)
        run.seconds = time.monotonic() - began
        return run

    def events(self, body):
        request = urllib.request.Request(self.url + "/v1/agents/heroku", json.dumps(body).encode(), self.headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=self.timeout_seconds) as answer:
            for line in answer:
                text = line.decode("utf-8").strip()
                if text.startswith("data:") and text != "data:[DONE]":
                    yield json.loads(text[5:])
