#include "llm/openai_error.hpp"

#include <gtest/gtest.h>

#include <string>

namespace collet::llm {
namespace {

TEST(OpenAiError, FindsTheSentenceInEveryUsualForm) {
  const struct {
    const char* body;
    const char* message;
  } table[] = {
      {R"({"error":{"message":"no such model","type":"x","code":404}})", "no such model"},
      {R"({"error":"no such model"})", "no such model"},
      {R"({"message":"slow down"})", "slow down"},
      {R"({"detail":[{"loc":["body"],"msg":"field required"}]})", "field required"},
      {R"([{"error":{"code":400,"message":"bad"}}])", "bad"},
      {"<html>502 Bad Gateway</html>", "<html>502 Bad Gateway</html>"},
      {"", ""},
  };
  for (const auto& row : table) EXPECT_EQ(error_message_of(row.body), row.message) << row.body;
}

TEST(OpenAiError, CutsLongBodies) { EXPECT_LE(error_message_of(std::string(100'000, 'x')).size(), 1003u); }

TEST(OpenAiError, StatusesBecomeCodes) {
  const UpstreamName big{"big", ""};
  EXPECT_EQ(error_of_answer(big, 400, "").code, Errc::invalid);
  EXPECT_EQ(error_of_answer(big, 401, "").code, Errc::denied);
  EXPECT_EQ(error_of_answer(big, 404, "").code, Errc::not_found);
  EXPECT_EQ(error_of_answer(big, 422, "").code, Errc::invalid);
  EXPECT_EQ(error_of_answer(big, 429, "").code, Errc::limit);
  EXPECT_EQ(error_of_answer(big, 503, "").code, Errc::unavailable);
  EXPECT_EQ(error_of_answer(big, 503, R"({"error":"busy"})").message, "model 'big': its server answered 503: busy");
}

TEST(OpenAiError, NeverShowsTheKeyOrTheBeginningOfIt) {
  const UpstreamName big{"big", "sk-secret-0123456789"};
  EXPECT_EQ(error_of_answer(big, 401, R"({"error":"bad key sk-secret-0123456789, sorry"})").message,
            "model 'big': its server answered 401: bad key [key], sorry");
  EXPECT_EQ(redact("Incorrect key: sk-sec***6789.", "sk-secret-0123456789"), "Incorrect key: [key]");
}

TEST(OpenAiError, ErrorsInsideAStream) {
  const UpstreamName big{"big", ""};
  const auto error = [&](const char* text) { return error_of_chunk(big, *Value::parse(text)); };
  EXPECT_EQ(error(R"({"message":"overloaded","code":429})").code, Errc::limit);
  EXPECT_EQ(error(R"({"message":"boom","type":"server_error"})").code, Errc::unavailable);
  EXPECT_EQ(error(R"("boom")").message, "model 'big': its server broke off: boom");
}

}  // namespace
}  // namespace collet::llm
