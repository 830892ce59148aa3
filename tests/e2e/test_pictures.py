"""Pictures that a tool returns, in the next turn of the model."""

import unittest

from harness import Stage, main, messages, say, tool, use, user

PNG = "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
DRAW = f"open('/out/dot.png', 'wb').write(bytes.fromhex('{PNG}'))"
CALL = ("code_exec_python", {"code": DRAW})


class Pictures(unittest.TestCase):
    scenarios = {
        "one": [use(CALL), say("a dot")],
        "two": [use(CALL, CALL), use(CALL), say("three dots")],
        "refusing": [use(CALL), say("no dot", expect={"lacks": ["image_url"]})],
    }

    @classmethod
    def setUpClass(cls):
        cls.seeing = Stage(cls.scenarios, model_options={"vision": True})
        cls.blind = Stage(cls.scenarios)

    @classmethod
    def tearDownClass(cls):
        cls.seeing.stop()
        cls.blind.stop()

    def run_agent(self, stage, model):
        reply = stage.server.agents({"model": model, "messages": user(), "tools": [tool()]})
        self.assertEqual(reply.status, 200, reply)
        events = messages(reply.events())
        sent = [line["body"]["messages"] for line in stage.model.requests(model)]
        return events, sent

    def picture_in(self, message):
        self.assertEqual(message["role"], "user")
        return [part["image_url"]["url"] for part in message["content"] if part["type"] == "image_url"]

    def test_a_model_with_vision_sees_it(self):
        events, (_, asked) = self.run_agent(self.seeing, "one")
        self.assertEqual(events[-1]["choices"][0]["message"]["content"], "a dot")
        *_, result, shown = asked
        self.assertEqual(result["role"], "tool")
        self.assertTrue(result["content"].endswith("[image dot.png: picture 1 below]"), result)
        [url] = self.picture_in(shown)
        self.assertTrue(url.startswith("data:image/png;base64,iVBORw0KGgo"), url)

    def test_pictures_follow_all_results_of_their_turn(self):
        _, (_, second, third) = self.run_agent(self.seeing, "two")
        self.assertEqual([m["role"] for m in second], ["user", "assistant", "tool", "tool", "user"])
        self.assertEqual(len(self.picture_in(second[-1])), 2)
        self.assertEqual([m["role"] for m in third], ["user", "assistant", "tool", "tool", "user", "assistant", "tool", "user"])
        self.assertEqual((len(self.picture_in(third[4])), len(self.picture_in(third[7]))), (2, 1))

    def test_one_without_reads_that_there_is_one_and_where(self):
        events, (_, asked) = self.run_agent(self.blind, "one")
        self.assertEqual([m["role"] for m in asked], ["user", "assistant", "tool"])
        self.assertIn("[image dot.png, 67 bytes; you cannot see it", asked[-1]["content"])
        self.assertIn("/v1/blobs/", asked[-1]["content"])
        self.assertIn("image/png", events[1]["choices"][0]["message"]["content"], "the caller has it")

    def test_a_server_that_refuses_it_is_asked_without(self):
        events, sent = self.run_agent(self.seeing, "refusing")
        self.assertEqual(events[-1]["choices"][0]["message"]["content"], "no dot")
        self.assertEqual(len(self.picture_in(sent[1][-1])), 1)
        self.assertEqual(sent[2][-1]["content"], "[pictures that could not be shown]")


if __name__ == "__main__":
    main()
