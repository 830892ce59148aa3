"""Plays one example and says what happened."""
import json
import time

from server import APP, MODEL, Trouble

MARK = "' returned result: "


def play(server, show, example, site, with_model):
    """@return {"name", "ok", "seconds", "calls": [{"tool", "arguments", "result", "ok"}], "answer", "why"}"""
    began = time.monotonic()
    outcome = {"name": example.name, "ok": False, "seconds": 0.0, "calls": [], "answer": "", "why": ""}
    try:
        (ask_model if with_model else call_directly)(server, show, example, site, outcome)
        outcome["why"] = fault_of(example, outcome, with_model)
    except (Trouble, OSError) as error:
        outcome["why"] = str(error)
    outcome["ok"] = not outcome["why"]
    outcome["seconds"] = round(time.monotonic() - began, 3)
    show.verdict(outcome["ok"], f"{example.name}, {show.took(outcome['seconds'])}" + (f": {outcome['why']}" if outcome["why"] else ""))
    return outcome


def fault_of(example, outcome, with_model):
    """Why the example did not do what it should; "" when it did."""
    if not outcome["calls"]:
        return "the tool was not called"
    good = [call for call in outcome["calls"] if call["ok"]]
    if not good:
        return "the tool answered with an error"
    missing = [text for text in example.wanted if not any(text in call["result"] for call in good)]
    # A model asks in its own words: some of it may be missing, not all.
    if missing and not (with_model and len(missing) < len(example.wanted)):
        return "the result does not hold " + ", ".join(missing)
    if with_model and not outcome["answer"]:
        return "the model gave no answer"
    return ""


def call_directly(server, show, example, site, outcome):
    arguments = example.call(site)
    show.note(show.styled("-> " + example.name, "cyan") + " " + json.dumps(arguments))
    body = {"name": example.name, "arguments": arguments,
            "runtime_params": {"target_app_name": APP, "tool_params": example.tool_params}}
    status, answer = server.ask("POST", "/v1/tools/call", body)
    if status != 200:
        raise Trouble(f"the server answered {status}: {json.dumps(answer)[:500]}")
    text = "\n".join(part.get("text", "") for part in answer["content"])
    show.block(text)
    outcome["calls"].append({"tool": example.name, "arguments": arguments, "result": text, "ok": not answer["isError"]})


def ask_model(server, show, example, site, outcome):
    prompt = example.asked(site)
    show.note(show.styled('"' + prompt + '"', "cyan"))
    body = {"model": MODEL, "messages": [{"role": "user", "content": prompt}], "tools": [example.tool(APP)]}
    events = server.events(body)
    while True:
        with show.working("the model thinks"):
            event = next(events, None)
        if event is None:
            return
        take(show, outcome, event)


def take(show, outcome, event):
    if "choices" not in event:
        raise Trouble(str(event.get("message", event)))
    message = event["choices"][0]["message"]
    if message["role"] == "tool":
        text, ok = unwrapped(message["content"])
        show.block(text)
        outcome["calls"][-1].update(result=text, ok=ok)
        return
    for call in message.get("tool_calls") or []:
        name, arguments = call["function"]["name"], call["function"]["arguments"]
        show.note(show.styled("-> " + name, "cyan") + " " + arguments)
        outcome["calls"].append({"tool": name, "arguments": json.loads(arguments), "result": "", "ok": False})
    if not message.get("tool_calls"):
        outcome["answer"] = message["content"]
        show.paragraph(message["content"])


def unwrapped(content):
    """Text of a result as the API wraps it, and whether it is none of an error."""
    result = json.loads(content.split(MARK, 1)[1])
    return "\n".join(part.get("text", "") for part in result["content"]), not result["isError"]
