"""The case files, brought into one form, and the judgement of one answer."""
import json


def load(path):
    """{"tools": [...], "cases": [...], "no_tool": [...], "chains": [...]}: cases and
    chains alike have "prompt", "steps" and what the answer must contain."""
    with open(path, encoding="utf-8") as file:
        data = json.load(file)
    return {"tools": [plain_tool(tool) for tool in data["tools"]],
            "cases": [with_steps(case) for case in data["cases"]],
            "no_tool": data.get("no_tool", []),
            "chains": [with_steps(case) for case in data.get("chains", [])]}


def plain_tool(tool):
    """Without OpenAI's wrapping; examples may stand beside it."""
    return {**tool["function"], "examples": tool.get("examples", [])} if "function" in tool else tool


def with_steps(case):
    if "steps" not in case:
        case = dict(case, steps=[{key: case[key] for key in ("tool", "argument_contains", "canned_result")}])
    for step in case["steps"]:
        parts = step["argument_contains"]
        step["argument_contains"] = [parts] if isinstance(parts, str) else parts
    return case


class Verdict:
    """What was right about one run. Spare calls are those beyond the steps."""

    def __init__(self, case, run):
        left = list(case["steps"])
        self.spare = 0
        for call in run.calls:
            if left and matches(left[0], call):
                left.pop(0)
            else:
                self.spare += 1
        self.calls_right = not left
        self.first_right = bool(run.calls) and bool(case["steps"]) and matches(case["steps"][0], run.calls[0])
        answer = run.answer.lower()
        one_of = case.get("answer_contains_one_of", [])
        self.answer_right = (all(part.lower() in answer for part in case.get("answer_contains_all", []))
                             and (not one_of or any(part.lower() in answer for part in one_of)))
        self.right = self.calls_right and self.answer_right and not run.error


def matches(step, call):
    name = call["name"].rpartition("/")[2]
    arguments = call["arguments"].lower()
    return name == step["tool"] and all(part.lower() in arguments for part in step["argument_contains"])
