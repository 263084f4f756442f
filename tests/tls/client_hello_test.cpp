#include "tls/client_hello.hpp"

#include <gtest/gtest.h>

#include <openssl/ssl.h>

#include "tls/handshake.hpp"

namespace fairway::tls {
namespace {

/// What OpenSSL's client sends first.
std::string hello_for(const char* name) {
    const test::OwnedContext context(SSL_CTX_new(TLS_client_method()));
    const test::OwnedSsl session(SSL_new(context.get()));
    if (name != nullptr) SSL_set_tlsext_host_name(session.get(), name);
    SSL_set_bio(session.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(session.get());
    SSL_do_handshake(session.get());
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(SSL_get_wbio(session.get()), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

std::string in_records_of(std::string_view message, std::size_t size) {
    std::string records;
    for (; !message.empty(); message.remove_prefix(std::min(size, message.size()))) {
        const auto piece = message.substr(0, size);
        records += std::string("\x16\x03\x01", 3) + static_cast<char>(piece.size() >> 8) +
                   static_cast<char>(piece.size() & 0xff) + std::string(piece);
    }
    return records;
}

TEST(ClientHello, NamesTheServer) {
    const auto hello = read_client_hello(hello_for("Shop.example.com"));
    EXPECT_EQ(hello.status, ClientHelloStatus::complete);
    EXPECT_EQ(hello.server_name, "Shop.example.com");
    const auto nameless = read_client_hello(hello_for(nullptr));
    EXPECT_EQ(nameless.status, ClientHelloStatus::complete);
    EXPECT_EQ(nameless.server_name, "");
}

TEST(ClientHello, IsIncompleteUntilItsLastByte) {
    const std::string hello = hello_for("shop.example.com");
    for (std::size_t size = 0; size < hello.size(); ++size)
        ASSERT_EQ(read_client_hello(hello.substr(0, size)).status, ClientHelloStatus::incomplete) << size;
}

TEST(ClientHello, MayBeSpreadOverRecords) {
    const std::string message = hello_for("shop.example.com").substr(5);
    for (const std::size_t size : {std::size_t{1}, std::size_t{7}, message.size()})
        EXPECT_EQ(read_client_hello(in_records_of(message, size)).server_name, "shop.example.com") << size;
}

TEST(ClientHello, OtherBytesAreToldAtOnce) {
    using namespace std::string_literals;
    for (const auto& bytes :
         {"GET / HTTP/1.1\r\n"s, "\x15\x03\x01\x00\x02\x01\x00"s, "\x16\x02"s, "\x16\x03\x01\x00\x00"s,
          "\x16\x03\x01\x41\x00"s, "\x16\x03\x01\x00\x04\x02\x00\x00\x00"s, "\x16\x03\x01\x00\x04\x01\x00\xff\xff"s})
        EXPECT_EQ(read_client_hello(bytes).status, ClientHelloStatus::not_tls);
}

TEST(ClientHello, MalformedNamesAreNone) {
    using namespace std::string_literals;
    EXPECT_EQ(server_name_of("\x00\x06\x00\x00\x03"s + "abc"), "abc");
    for (const auto& bytes : {""s, "\x00\x06\x00\x00\x04"s + "abc", "\x00\x07\x00\x00\x03"s + "abc",
                              "\x00\x06\x01\x00\x03"s + "abc", "\x00\x06\x00\x00\x03"s + "a\0c"s})
        EXPECT_EQ(server_name_of(bytes), "");
}

}  // namespace
}  // namespace fairway::tls
