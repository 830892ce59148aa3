#include "net/client_hello.hpp"

#include <gtest/gtest.h>

#include "kernel/net/hello_bytes.hpp"

namespace collet::test {
namespace {

using net::ClientHello;

// "partial", "name: x" or "refused: why".
std::string read(std::string_view bytes) {
  const ClientHello hello = net::read_client_hello(bytes);
  if (hello.state == ClientHello::State::partial) return "partial";
  if (hello.state == ClientHello::State::refused) return "refused: " + std::string(hello.refusal);
  return "name: " + std::string(hello.server_name());
}

TEST(ClientHello, FindsTheNameThatOpenSslAsksFor) {
  EXPECT_EQ(read(openssl_hello("index.example")), "name: index.example");
  EXPECT_EQ(read(openssl_hello("")), "name: ");
  EXPECT_EQ(read(openssl_hello(std::string(255, 'a'))), "name: " + std::string(255, 'a'));
}

TEST(ClientHello, WaitsForItsLastByteWhateverTheRecords) {
  const std::string message = openssl_hello("index.example").substr(5);
  for (const std::size_t record_bytes : {1, 2, 3, 7, 100, 16384}) {
    const std::string bytes = in_records(message, record_bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      ASSERT_EQ(read(std::string_view(bytes).substr(0, size)), "partial") << size << " of records of " << record_bytes;
    }
    EXPECT_EQ(read(bytes), "name: index.example") << record_bytes;
    EXPECT_EQ(read(bytes + std::string("\x14\x03\x03\0\1\1", 6)), "name: index.example") << "early data may follow";
  }
}

TEST(ClientHello, RefusesWhatIsNoTls) {
  for (const std::string bytes : {"GET / HTTP/1.1\r\n\r\n", "S", "\x80\x2e\x01", "\x17\x03\x03", "\x16\x02", "SSH-2.0-x\r\n"}) {
    EXPECT_EQ(read(bytes), "refused: it is not TLS") << bytes;
  }
  EXPECT_EQ(read(std::string("\x16\x03\x01\x00\x00", 5)), "refused: it is not TLS") << "an empty record";
  EXPECT_EQ(read("\x16\x03\x01\x40\x01"), "refused: it is not TLS") << "a record that is too large";
  EXPECT_EQ(read(in_records("\x02\x01\x01\x01\x01")), "refused: it does not begin with a ClientHello");
}

TEST(ClientHello, RefusesAnotherRecordInItsMiddle) {
  const std::string message = hello_message({});
  const std::string start = in_records(message.substr(0, 20));
  EXPECT_EQ(read(start + "\x15\x03\x01"), "refused: its ClientHello is malformed");
  EXPECT_EQ(read(in_records(message + "x")), "refused: something follows its ClientHello in the same record");
}

TEST(ClientHello, IsBounded) {
  const std::string large = hello_with(extension(21, std::string(16 << 10, '\0')));
  EXPECT_EQ(read(std::string_view(large).substr(0, 100)), "refused: its ClientHello is larger than 16 KiB");
  const std::string fits = in_records(hello_message({.extensions = extension(21, std::string(12000, '\0'))}), 1);
  EXPECT_EQ(read(std::string_view(fits).substr(0, 16 << 10)), "refused: its ClientHello is larger than 16 KiB");
}

TEST(ClientHello, RefusesNamesThatCanBeReadInTwoWays) {
  const std::string name = server_name_extension("a.example");
  const auto name_list = [](const std::string& list) { return extension(0, sized(list, 2)); };
  const std::string entry = number(0, 1) + sized("a.example", 2);
  const std::pair<std::string, std::string> cases[] = {
      {name, "name: a.example"},
      {extension(23, "") + name + extension(35, "xyz"), "name: a.example"},
      {extension(35, "xyz"), "name: "},
      {name + name, "refused: its ClientHello holds two server names"},
      {name + server_name_extension("b.example"), "refused: its ClientHello holds two server names"},
      {name_list(entry + entry), "refused: its server name is malformed"},
      {name_list(entry + number(1, 1) + sized("x", 2)), "refused: its server name is malformed"},
      {name_list(number(1, 1) + sized("a.example", 2)), "refused: its server name is malformed"},
      {name_list(""), "refused: its server name is malformed"},
      {extension(0, ""), "refused: its server name is malformed"},
      {extension(0, sized(entry, 2) + "x"), "refused: its server name is malformed"},
      {server_name_extension(""), "refused: its server name is malformed"},
      {server_name_extension(std::string_view("a\0b", 3)), "refused: its server name is malformed"},
      {server_name_extension("a b"), "refused: its server name is malformed"},
      {server_name_extension("\xc3\xa4"), "refused: its server name is malformed"},
      {server_name_extension(std::string(256, 'a')), "refused: its server name is malformed"},
      {name + extension(0xfe0d, "x"),
       "refused: its server name is encrypted (ECH), so nobody here can tell to whom it speaks"},
      {extension(0xffce, "x") + name,
       "refused: its server name is encrypted (ECH), so nobody here can tell to whom it speaks"},
      {name + "x", "refused: its ClientHello is malformed"},
      {name + number(35, 2) + number(5, 2) + "abcd", "refused: its ClientHello is malformed"},
  };
  for (const auto& [extensions, expected] : cases) EXPECT_EQ(read(hello_with(extensions)), expected);
}

TEST(ClientHello, ChecksItsOtherFieldsForTheirSizes) {
  const auto read_parts = [](const HelloParts& parts) { return read(in_records(hello_message(parts))); };
  EXPECT_EQ(read_parts({}), "name: ");
  EXPECT_EQ(read_parts({.session = std::string(32, 's')}), "name: ");
  EXPECT_EQ(read_parts({.session = std::string(33, 's')}), "refused: its ClientHello is malformed");
  EXPECT_EQ(read_parts({.ciphers = "abc"}), "refused: its ClientHello is malformed");
  EXPECT_EQ(read_parts({.ciphers = ""}), "refused: its ClientHello is malformed");
  EXPECT_EQ(read_parts({.compressions = ""}), "refused: its ClientHello is malformed");
  EXPECT_EQ(read_parts({.version = 0x0300}), "refused: its TLS version is not among those in use");
  EXPECT_EQ(read_parts({.version = 0x0304}), "refused: its TLS version is not among those in use");
  for (std::size_t size = 0; size < 41; ++size) {  // cut, with sizes that fit the cut
    const std::string content = hello_message({}).substr(4, size);
    EXPECT_EQ(read(in_records(number(1, 1) + sized(content, 3))), "refused: " + std::string(size < 2
                  ? "its TLS version is not among those in use" : "its ClientHello is malformed")) << size;
  }
}

}  // namespace
}  // namespace collet::test
