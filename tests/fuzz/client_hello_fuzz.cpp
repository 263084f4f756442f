// ClientHellos: never read beyond the end, decide once, and do not care how the message is spread over records.
#include <cstdlib>
#include <string>

#include "tls/client_hello.hpp"

namespace {

using namespace fairway::tls;

void require(bool holds) {
    if (!holds) std::abort();
}

/// Records with one byte of the message each.
std::string spread(std::string_view message) {
    std::string records;
    for (const char byte : message) records += std::string("\x16\x03\x01\x00\x01", 5) + byte;
    return records;
}

void check(std::string_view bytes) {
    const auto whole = read_client_hello(bytes);
    if (whole.status != ClientHelloStatus::complete) require(whole.server_name.empty());
    // What more bytes bring never changes a decision.
    for (const std::size_t size : {bytes.size() / 2, bytes.size() - bytes.size() / 4}) {
        const auto part = read_client_hello(std::string(bytes.substr(0, size)));
        require(part.status == ClientHelloStatus::incomplete ||
                (part.status == whole.status && part.server_name == whole.server_name));
    }
    const auto one = read_client_hello(spread(bytes));
    std::string header("\x16\x03\x01", 3);
    header += static_cast<char>(bytes.size() >> 8);
    header += static_cast<char>(bytes.size());
    if (bytes.empty() || bytes.size() > kMaxClientHello) return;
    const auto other = read_client_hello(header + std::string(bytes));
    require(one.status == other.status && one.server_name == other.server_name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // A copy of exactly this size, so that a sanitizer sees any read beyond it.
    const std::string bytes(reinterpret_cast<const char*>(data), size);
    check(bytes);
    const std::string extension(bytes);
    static_cast<void>(server_name_of(extension));
    return 0;
}
