#include "tls/client_hello.hpp"

#include <algorithm>
#include <optional>

namespace fairway::tls {

namespace {

constexpr std::uint8_t kHandshakeRecord = 22;
constexpr std::uint8_t kClientHello = 1;
constexpr std::uint16_t kServerNameExtension = 0;
constexpr std::uint8_t kHostName = 0;
constexpr std::size_t kRecordHeader = 5;
constexpr std::size_t kMessageHeader = 4;
constexpr std::size_t kLongestRecord = 16 * 1024;

std::uint8_t byte_at(std::string_view bytes, std::size_t index) { return static_cast<std::uint8_t>(bytes[index]); }

/// Takes what is read off the front; every take fails once one has failed.
class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    std::optional<std::size_t> number(std::size_t width) {
        const auto bytes = take(width);
        if (!bytes) return std::nullopt;
        std::size_t value = 0;
        for (std::size_t i = 0; i < width; ++i) value = value << 8 | byte_at(*bytes, i);
        return value;
    }
    /// A vector with a length of `width` bytes before it.
    std::optional<std::string_view> vector(std::size_t width) {
        const auto size = number(width);
        return size ? take(*size) : std::nullopt;
    }
    std::optional<std::string_view> take(std::size_t size) {
        if (size > rest_.size()) {
            rest_ = {};
            return std::nullopt;
        }
        const auto taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }
    bool empty() const noexcept { return rest_.empty(); }

private:
    std::string_view rest_;
};

// RFC 8446 section 4.1.2; the same up to the extensions in every version since TLS 1.0.
std::string_view name_in_body(std::string_view body) {
    Reader hello(body);
    constexpr std::size_t kVersionAndRandom = 2 + 32;
    if (!hello.take(kVersionAndRandom) || !hello.vector(1) || !hello.vector(2) || !hello.vector(1)) return {};
    const auto all = hello.vector(2);
    if (!all) return {};
    for (Reader extensions(*all); !extensions.empty();) {
        const auto type = extensions.number(2);
        const auto content = extensions.vector(2);
        if (!type || !content) return {};
        if (*type == kServerNameExtension) return server_name_of(*content);
    }
    return {};
}

}  // namespace

std::string_view server_name_of(std::string_view extension) noexcept {
    Reader reader(extension);
    const auto list = reader.vector(2);
    if (!list || !reader.empty()) return {};
    for (Reader names(*list); !names.empty();) {
        const auto type = names.number(1);
        const auto name = names.vector(2);
        if (!type || !name) return {};
        if (*type == kHostName) return name->find('\0') == std::string_view::npos ? *name : std::string_view{};
    }
    return {};
}

ClientHelloResult read_client_hello(std::string_view bytes) {
    std::string message;
    while (!bytes.empty()) {
        if (byte_at(bytes, 0) != kHandshakeRecord) return {ClientHelloStatus::not_tls};
        if (bytes.size() >= 2 && byte_at(bytes, 1) != 3) return {ClientHelloStatus::not_tls};
        if (bytes.size() < kRecordHeader) return {ClientHelloStatus::incomplete};
        const std::size_t size = static_cast<std::size_t>(byte_at(bytes, 3)) << 8 | byte_at(bytes, 4);
        if (size == 0 || size > kLongestRecord) return {ClientHelloStatus::not_tls};
        bytes.remove_prefix(kRecordHeader);
        message.append(bytes.substr(0, size));
        bytes.remove_prefix(std::min(size, bytes.size()));

        if (!message.empty() && byte_at(message, 0) != kClientHello) return {ClientHelloStatus::not_tls};
        if (message.size() < kMessageHeader) continue;
        const std::size_t body = static_cast<std::size_t>(byte_at(message, 1)) << 16 |
                                 static_cast<std::size_t>(byte_at(message, 2)) << 8 | byte_at(message, 3);
        if (kMessageHeader + body > kMaxClientHello) return {ClientHelloStatus::not_tls};
        if (message.size() < kMessageHeader + body) continue;
        return {ClientHelloStatus::complete,
                std::string(name_in_body(std::string_view(message).substr(kMessageHeader, body)))};
    }
    return {ClientHelloStatus::incomplete};
}

}  // namespace fairway::tls
