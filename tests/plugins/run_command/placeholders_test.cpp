#include "placeholders.hpp"

#include <gtest/gtest.h>

namespace run_command {
namespace {

const std::vector<Parameter> kParameters = {{"name", "COLLET_ARG_NAME"}, {"user-id", "COLLET_ARG_USER_ID"}, {"n", "COLLET_ARG_N"}};

struct Case {
  const char* cmd;
  const char* script;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.cmd; }

class Filled : public ::testing::TestWithParam<Case> {};

TEST_P(Filled, AsOneWord) {
  const auto script = fill_placeholders(GetParam().cmd, kParameters);
  ASSERT_TRUE(script.ok()) << script.error().message;
  EXPECT_EQ(*script, GetParam().script);
}

#define V(NAME) "${COLLET_ARG_" NAME "-}"
#define W(NAME) "\"" V(NAME) "\""

INSTANTIATE_TEST_SUITE_P(
    Words, Filled,
    ::testing::Values(
        Case{"echo {name}", "echo " W("NAME")}, Case{"{name}", W("NAME")}, Case{"echo {name}{n}x", "echo " W("NAME") W("N") "x"},
        Case{"run --id={user-id}", "run --id=" W("USER_ID")}, Case{"echo \"x {name} y\"", "echo \"x " V("NAME") " y\""},
        Case{"echo 'a b' {name} 'c'", "echo 'a b' " W("NAME") " 'c'"}, Case{"X={name} env > {n}", "X=" W("NAME") " env > " W("N")},
        Case{"echo \"$(cat {name})\"", "echo \"$(cat " W("NAME") ")\""},
        Case{"echo \"$(cat \"{name}\") {n}\"", "echo \"$(cat \"" V("NAME") "\") " V("N") "\""},
        Case{"(cd {name} && ls) | tee \"{n}\"", "(cd " W("NAME") " && ls) | tee \"" V("N") "\""},
        Case{"case $x in a) echo {name};; esac", "case $x in a) echo " W("NAME") ";; esac"},
        Case{"ls # it's {name}\necho {name}", "ls # it's {name}\necho " W("NAME")}, Case{"echo a#'b' {name}", "echo a#'b' " W("NAME")},
        Case{"echo $# {name}", "echo $# " W("NAME")}, Case{"echo it\\'s {name}", "echo it\\'s " W("NAME")},
        Case{"echo \"a\\\"\" {name}", "echo \"a\\\"\" " W("NAME")}, Case{"a \\\n  {name}", "a \\\n  " W("NAME")}));

INSTANTIATE_TEST_SUITE_P(
    LeavesTheRest, Filled,
    ::testing::Values(
        Case{"echo ${name} ${HOME}", "echo ${name} ${HOME}"}, Case{"echo {a,b} {1..3} {}", "echo {a,b} {1..3} {}"},
        Case{"awk '{print $1}' f", "awk '{print $1}' f"}, Case{"awk '{print}' {name}", "awk '{print}' " W("NAME")},
        Case{"echo \\{name} \\{other}", "echo \\{name} \\{other}"}, Case{"curl -w \"%{http_code}\" u", "curl -w \"%{http_code}\" u"},
        Case{"git show HEAD@{upstream}", "git show HEAD@{upstream}"}, Case{"{ ls; }", "{ ls; }"}, Case{"f() { ls; }; f", "f() { ls; }; f"},
        Case{"echo \"say {hello} to\"", "echo \"say {hello} to\""}, Case{"find . -exec ls {} +", "find . -exec ls {} +"},
        Case{"echo `date` $((1+2)) ${x:-'y'}", "echo `date` $((1+2)) ${x:-'y'}"}, Case{"cat <<E\n{other} it's\nE", "cat <<E\n{other} it's\nE"},
        Case{"echo 'open", "echo 'open"}, Case{"echo \"open", "echo \"open"}, Case{"echo \\", "echo \\"}, Case{"echo $", "echo $"},
        Case{"cat {name} <<E\nx\nE", "cat " W("NAME") " <<E\nx\nE"}));

class Refused : public ::testing::TestWithParam<Case> {};

TEST_P(Refused, WithAReason) {
  const auto script = fill_placeholders(GetParam().cmd, kParameters);
  ASSERT_FALSE(script.ok()) << *script;
  EXPECT_NE(script.error().message.find(GetParam().script), std::string::npos) << script.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    WhereItCouldNotBeAWord, Refused,
    ::testing::Values(
        Case{"echo 'x {name}'", "{name} stands inside single quotes"}, Case{"sh -c 'echo {n}", "inside single quotes"},
        Case{"echo `cat {name}`", "after a backtick"}, Case{"echo $(( {n} + 1 ))", "an arithmetic expression"},
        Case{"(( {n} > 1 ))", "an arithmetic expression"}, Case{"echo ${x:-{name}}", "${...} with more than a name"},
        Case{"echo \"${x:-\"a b\"}\" {name}", "write \"$COLLET_ARG_NAME\""}, Case{"cat <<E\n{name}\nE", "a here-document"},
        Case{"echo $'it\\'s' {name}", "$'...'"}, Case{"echo \"$(case a in a) echo {name};; esac)\"", "a \"case\""},
        Case{"echo \"$\\\n(cat {name})\"", "line continuation"}, Case{"echo a\\\n#\" {name}\"", "line continuation"}));

INSTANTIATE_TEST_SUITE_P(
    Slips, Refused,
    ::testing::Values(Case{"echo {nmae}", "{nmae} names no parameter; declared are name, user-id, n. Write \\{nmae} for the text itself"},
                      Case{"run --x={other};", "{other} names no parameter"}, Case{"echo \"{other}\"", "{other} names no parameter"}));

}  // namespace
}  // namespace run_command
