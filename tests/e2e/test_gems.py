"""Gems that a program asks for, from an index of our own: gem's own client, real boxes."""

import json
import unittest

from gem_folder import GemStage
from harness import main

# A native build without Ruby's headers, which need not be installed: a C program that writes a file of the gem.
EXTCONF = """
File.write('Makefile', <<~MAKE)
  all:
  \tcc -o answer answer.c && ./answer > answer.txt
  clean:
  install:
  \tmkdir -p $(DESTDIR)#{File.expand_path('../lib')} && cp answer.txt $(DESTDIR)#{File.expand_path('../lib')}
MAKE
"""
# What a build can see and reach from its box.
SPYING = """
require 'socket'
seen = [ENV.key?('COLLET_TEST_SECRET'), File.exist?('/etc/shadow'), Process.uid]
[['127.0.0.1', 9], ['1.1.1.1', 443]].each do |host, port|
  seen << (Socket.tcp(host, port, connect_timeout: 2) { 'BAD' } rescue $!.class.name)
end
File.write('../lib/seen.txt', seen.inspect)
File.write('Makefile', "all:\\nclean:\\ninstall:\\n")
"""

GEMS = [
    ("greeter", "1.0.0", {"lib/greeter.rb": "require 'shouter'\nmodule Greeter\n  VERSION = '1.0.0'\n  def self.hi = Shouter.shout('hi')\nend\n"},
     ["s.add_dependency 'shouter', '~> 1.0'"]),
    ("greeter", "1.1.0", {"lib/greeter.rb": "require 'shouter'\nmodule Greeter\n  VERSION = '1.1.0'\n  def self.hi = Shouter.shout('hi')\nend\n"},
     ["s.add_dependency 'shouter', '~> 1.0'"]),
    ("shouter", "1.0.0", {"lib/shouter.rb": "module Shouter\n  def self.shout(text) = text.upcase\nend\n"}, []),
    ("csv", "0.0.1", {"lib/csv.rb": "CSV = 'asked for'\n"}, []),
    ("compiled", "1.0.0", {"ext/extconf.rb": EXTCONF, "ext/answer.c": "#include <stdio.h>\nint main(void) { puts(\"42\"); }\n", "lib/compiled.rb":
                           "COMPILED = File.read(File.join(__dir__, 'answer.txt')).to_i\n"}, ["s.extensions = ['ext/extconf.rb']"]),
    ("broken", "1.0.0", {"ext/extconf.rb": "abort 'no such library: libanswer'\n", "lib/broken.rb": ""}, ["s.extensions = ['ext/extconf.rb']"]),
    ("spying", "1.0.0", {"ext/extconf.rb": SPYING, "lib/spying.rb": "SEEN = File.read(File.join(__dir__, 'seen.txt'))\n"},
     ["s.extensions = ['ext/extconf.rb']"]),
]


class Gems(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = GemStage(GEMS, env={"COLLET_TEST_SECRET": "the-canary-sings"})
        cls.server, cls.index = cls.stage.server, cls.stage.index

    @classmethod
    def tearDownClass(cls):
        cls.stage.stop()

    def run_code(self, code, *packages):
        answer = self.server.call("/v1/tools/call", {"name": "code_exec_ruby", "arguments": {"code": code, "packages": list(packages)}})
        self.assertEqual(answer.status, 200, answer.body)
        body = json.loads(answer.body)
        text = body["content"][0]["text"]
        return json.loads(text) if text.startswith("{") else text, body

    def test_gems_are_installed_once_with_what_they_need(self):
        code = "require 'greeter'\nputs Greeter.hi, Greeter::VERSION, $LOADED_FEATURES.grep(/greeter|shouter/)"
        printed = "HI\n1.1.0\n/packages/gems/shouter-1.0.0/lib/shouter.rb\n/packages/gems/greeter-1.1.0/lib/greeter.rb"
        first, _ = self.run_code(code, "greeter")
        self.assertEqual((first["stdout"], first["stderr"]), (printed, ""), first)
        asked = len(self.index.asked)
        second, body = self.run_code(code, "greeter")
        self.assertEqual(second["stdout"], printed, second)
        self.assertLess(body["duration_ms"], 1000, "it was not kept")
        self.assertEqual(len(self.index.asked), asked, "the index was asked again")
        left, _ = self.run_code("puts Dir.children('/packages').sort", "greeter")
        self.assertNotIn("cache", left["stdout"].split(), "the downloads are kept too")

    def test_the_version_that_was_asked_for_is_used(self):
        code = "require 'greeter'\nputs Greeter::VERSION"
        for package in ("greeter:1.0.0", "greeter:<1.1", "greeter:= 1.0.0", "greeter:~> 1.0.0"):
            with self.subTest(package):
                result, _ = self.run_code(code, package)
                self.assertEqual(result["stdout"], "1.0.0", result)
        result, _ = self.run_code("require 'csv'\nputs CSV", "csv:0.0.1")
        self.assertEqual(result["stdout"], "asked for", "a gem that Ruby brings along was taken instead")

    def test_programs_without_packages_do_not_pay_for_them(self):
        result, _ = self.run_code("puts $LOADED_FEATURES.grep(/rubygems/).size, ENV.key?('GEM_PATH')")
        self.assertEqual(result["stdout"], "0\nfalse", result)
        result, _ = self.run_code("require 'greeter'")
        self.assertIn("cannot load such file -- greeter (LoadError)", result["stderr"])

    def test_children_of_a_program_find_gems_too(self):
        result, _ = self.run_code("puts `ruby -e \"require 'greeter'; puts Greeter.hi\"`", "greeter:1.0.0")
        self.assertEqual(result["stdout"], "HI", result)

    def test_what_is_wrong_is_said_in_gems_words(self):
        for package in ("no-such-gem-of-collet-tests", "greeter:9"):
            with self.subTest(package):
                result, body = self.run_code("puts 1", package)
                self.assertTrue(body["isError"])
                self.assertTrue(result["stderr"].startswith("Dependency install failed: ERROR:  Could not find a valid gem"), result)
                self.assertEqual((result["status"], result["phase"], result["returncode"]), ("install_failed", "install", 2), result)

    def test_native_parts_are_compiled_in_the_box_that_installs(self):
        result, _ = self.run_code("require 'compiled'\nputs COMPILED", "compiled")
        self.assertEqual(result["stdout"], "42", result)
        result, body = self.run_code("puts 1", "broken")
        self.assertTrue(body["isError"])
        self.assertTrue(result["stderr"].startswith("Dependency install failed:"), result)
        self.assertIn("Failed to build gem native extension", result["stderr"])
        self.assertIn("no such library: libanswer", result["stderr"])
        self.assertEqual((result["status"], result["returncode"]), ("install_failed", 1), result)

    def test_a_build_sees_nothing_and_reaches_nobody(self):
        result, _ = self.run_code("require 'spying'\nputs SEEN", "spying")
        self.assertEqual(result["stdout"], '[false, false, 1000, "Errno::ECONNREFUSED", "Errno::ENETUNREACH"]', result)

    def test_a_name_that_is_none_never_reaches_gem(self):
        asked = len(self.index.asked)
        for name in ["-v 1", "--source=https://x", "https://x/y.gem", "../x", "./x.gem", "/x.gem", "a;rm", "a b", "git://x", "a@1", "a:", "a:-1", "a:x", "a:1:2",
                     "a:~>", "a:==1", "a:1,2", "", "_a", ".a", "s\u0131x", "a\nb", "a" * 201]:
            with self.subTest(name):
                result, body = self.run_code("1", name)
                self.assertTrue(body["isError"])
                self.assertIn("is no package name", result)
        self.assertEqual(len(self.index.asked), asked)


if __name__ == "__main__":
    main()
