// Content codings of RFC 9110 section 8.4.1, as streams: gzip by zlib, br by libbrotli; zstd (RFC 8878) by
// libzstd.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace fairway::proxy {

class Encoder {
public:
    enum class Coding : std::uint8_t { gzip, brotli, zstd };
    static constexpr int kHighestZstdLevel = 9;  // beyond, one encoder takes tens of MiB
    enum class Operation : std::uint8_t {
        go_on,   ///< what makes the result smaller is held back
        flush,   ///< everything that went in comes out
        finish,  ///< and the end of the stream
    };
    struct Step {
        std::size_t consumed = 0;
        std::size_t produced = 0;
        bool more = false;  ///< the output is full: call again with the same operation and the rest of the input
    };

    /// Encoders of a worker take no more memory than this in all; a response that would need more goes uncompressed.
    static constexpr std::uint64_t kMaxMemory = 128ULL << 20;

    /// @param length  of the body, when it is known: small bodies take little memory. Null: no memory is left for one more.
    static std::unique_ptr<Encoder> make(Coding coding, int level, std::optional<std::uint64_t> length);
    virtual ~Encoder();
    Encoder(const Encoder&) = delete;
    Encoder& operator=(const Encoder&) = delete;

    /// @param output  zlib begins a flush anew for as long as there are less than 7 bytes (zlib.h, deflate).
    virtual Step run(std::string_view input, std::span<char> output, Operation operation) = 0;

protected:
    explicit Encoder(std::uint64_t memory) noexcept;

private:
    const std::uint64_t memory_;  // estimated
};

}  // namespace fairway::proxy
