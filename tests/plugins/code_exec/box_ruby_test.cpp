// Ruby programs as models write them, in real boxes through the real host.
#include "box_fixture.hpp"

namespace collet::test {
namespace {

class RubyBox : public CodeExecBox {
 protected:
  RubyBox() : CodeExecBox("code_exec_ruby") {}
};

TEST_F(RubyBox, IsTheMainProgramAsWithDashE) {
  EXPECT_EQ(output_of("p __FILE__, $0, __FILE__ == $0, __LINE__, self, ARGV, local_variables, Dir.pwd"),
            "\"-e\"\n\"-e\"\ntrue\n1\nmain\n[]\n[]\n\"/work\"");
  EXPECT_EQ(output_of("def helper = 1\nbegin\n  5.helper\nrescue NoMethodError => e\n  puts e.message\nend"),
            "private method `helper' called for 5:Integer");
  EXPECT_EQ(output_of("puts __ENCODING__, Encoding.default_external, 'caf\u00e9'.size\nputs ENV.keys.sort.join(' ')"),
            "UTF-8\nUTF-8\n4\nHOME LANG PATH TZ");
  EXPECT_EQ(output_of("# frozen_string_literal: true\nputs ''.frozen?\n__END__\nno (program"), "true");
  EXPECT_EQ(output_of("puts 1\nreturn\nputs 2"), "1");
}

TEST_F(RubyBox, ErrorsLookAsWithDashE) {
  const Value json = result_of("def f(x)\n  1 / x\nend\n\nf(0)\n");
  EXPECT_EQ(json["returncode"].as_int64(), 1);
  EXPECT_EQ(json["stderr"].string_or(""),
            "-e:2:in `/': divided by 0 (ZeroDivisionError)\n\tfrom -e:2:in `f'\n\tfrom -e:5:in `<main>'");
  const Value cause = result_of("begin\n  raise 'inner'\nrescue => e\n  raise ArgumentError, 'outer'\nend");
  EXPECT_EQ(cause["stderr"].string_or(""), "-e:4:in `rescue in <main>': outer (ArgumentError)\n\tfrom -e:1:in `<main>'\n"
                                           "-e:2:in `<main>': inner (RuntimeError)");
  const Value syntax = result_of("x = 1\nputs (x\n");
  EXPECT_TRUE(syntax["stderr"].string_or("").starts_with("-e:2: syntax error, unexpected")) << syntax.dump();
  const Value inner = result_of("eval '1 +'");
  EXPECT_TRUE(inner["stderr"].string_or("").starts_with("-e:1:in `eval': (eval):1: syntax error")) << inner.dump();
  const Value name = result_of("count = 1\nputs cuont");
  EXPECT_NE(name["stderr"].string_or("").find("Did you mean?  count"), std::string_view::npos) << name.dump();
  const Value loops = result_of("[1].each { return }");
  EXPECT_TRUE(loops["stderr"].string_or("").starts_with("-e:1:in `block in <main>': unexpected return (LocalJumpError)")) << loops.dump();
}

TEST_F(RubyBox, EndsAsTheProgramSays) {
  const Value abort = result_of("at_exit { puts 'late' }\nabort 'bye'");
  EXPECT_EQ(abort["returncode"].as_int64(), 1);
  EXPECT_EQ(abort["stdout"].string_or(""), "late");
  EXPECT_EQ(abort["stderr"].string_or(""), "bye");
  EXPECT_EQ(result_of("exit")["returncode"].as_int64(), 0);
  EXPECT_EQ(result_of("exit false")["returncode"].as_int64(), 1);
  EXPECT_EQ(result_of("at_exit { exit 9 }")["returncode"].as_int64(), 9);
  EXPECT_EQ(result_of("at_exit { puts $!.message }\nraise 'x'")["stdout"].string_or(""), "x");
  const Value signal = result_of("Process.kill(:TERM, $$)\nsleep");
  EXPECT_EQ(signal["returncode"].as_int64(), -15) << signal.dump();
}

TEST_F(RubyBox, TheStandardLibraryWorks) {
  EXPECT_EQ(output_of("require 'json'\nrequire 'set'\nrequire 'bigdecimal'\nrequire 'date'\nrequire 'csv'\nrequire 'digest'\n"
                      "require 'time'\nrequire 'stringio'\nrequire 'securerandom'\nrequire 'yaml'\nrequire 'open3'\nrequire 'tempfile'\n"
                      "puts JSON.generate({a: [1]}), Set[1, 1].size, BigDecimal('0.1') + BigDecimal('0.2') == BigDecimal('0.3')\n"
                      "puts Date.new(2024, 2, 29).next_year, CSV.parse('a,b').inspect, Digest::SHA256.hexdigest('x')[0, 6]\n"
                      "puts YAML.load('a: 1').inspect, Open3.capture2('cat', stdin_data: 'in').first\n"
                      "File.write('kept.txt', 'kept')\nputs File.read('kept.txt'), Thread.new { 6 * 7 }.value"),
            "{\"a\":[1]}\n1\ntrue\n2025-02-28\n[[\"a\", \"b\"]]\n2d7116\n{\"a\"=>1}\nin\nkept\n42");
}

TEST_F(RubyBox, RubyGemsComesWhenItIsAskedFor) {
  EXPECT_EQ(output_of("puts $LOADED_FEATURES.any? { |file| file.end_with?('/rubygems.rb') }"), "false");
  EXPECT_EQ(output_of("puts Gem::Version.new('1.10') > Gem::Version.new('1.9')"), "true");
  EXPECT_EQ(output_of("gem 'csv'\nrequire 'csv'\nputs CSV.name"), "CSV");
  EXPECT_EQ(output_of("puts RbConfig::CONFIG['ruby_install_name'].start_with?('ruby'), Monitor.name"), "true\nMonitor");
  EXPECT_EQ(output_of("begin\n  require 'no_such_gem'\nrescue LoadError => e\n  puts e.message, e.path\nend"),
            "cannot load such file -- no_such_gem\nno_such_gem");
  const Value missing = result_of("require 'no_such_gem'");
  EXPECT_EQ(missing["returncode"].as_int64(), 1);
  EXPECT_NE(missing["stderr"].string_or("").find("cannot load such file -- no_such_gem (LoadError)"), std::string_view::npos) << missing.dump();
}

TEST_F(RubyBox, GivesTheLastValueOfAProgramThatPrintsNothing) {
  EXPECT_EQ(result_of("x = 6\n(1..x).inject(:*)")["result"].string_or(""), "720");
  EXPECT_EQ(result_of("'caf\u00e9 ' + 0x1F600.chr('UTF-8')")["result"].string_or(""), "\"caf\u00e9 \U0001F600\"");
  EXPECT_EQ(result_of("\"\\xFF\".b + 'a'")["result"].string_or(""), "\"\\xFFa\"");
  for (const char* code : {"puts 1\n5", "[1, 2].each { |x| print x }", "p 7", "nil", "def f = 1", "$stdout << 'x'\n5", "exit", "BasicObject.new",
                           "Class.new { def inspect = raise('x') }.new", "Class.new { def inspect = 7 }.new", "IO.for_fd(4).close\n5"}) {
    const Value json = result_of(code);
    EXPECT_EQ(json["returncode"].as_int64(), 0) << code << json.dump();
    EXPECT_EQ(json["stderr"].string_or("-"), "") << code;
    EXPECT_FALSE(json.has("result")) << code << json.dump();
  }
  const Value cut = result_of("\"\u20ac\" * 30_000");
  EXPECT_EQ(cut["truncated"].as_bool(), true);
  EXPECT_TRUE(cut["result"].string_or("").ends_with(" bytes omitted]\n"));
}

}  // namespace
}  // namespace collet::test
