#include "proxy/filters/encoder.hpp"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <new>

namespace fairway::proxy {

namespace {

thread_local std::uint64_t memory_in_use = 0;  // by the encoders of this worker

/// A window that holds the whole body is enough. `usual` when the length is not known.
int window_bits(std::optional<std::uint64_t> length, int smallest, int usual) noexcept {
    if (!length) return usual;
    const int needed = std::bit_width(*length + 262);  // zlib looks ahead by so much; no harm to brotli
    return std::clamp(needed, smallest, usual);
}

class Gzip final : public Encoder {
public:
    Gzip(int level, int bits, int memory_level, std::uint64_t memory) : Encoder(memory) {
        constexpr int kGzipWrapper = 16;  // zlib: added to the window bits
        if (deflateInit2(&stream_, level, Z_DEFLATED, bits + kGzipWrapper, memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc();
    }
    ~Gzip() override { deflateEnd(&stream_); }

    Step run(std::string_view input, std::span<char> output, Operation operation) override {
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
        stream_.avail_in = static_cast<uInt>(input.size());
        stream_.next_out = reinterpret_cast<Bytef*>(output.data());
        stream_.avail_out = static_cast<uInt>(output.size());
        const int flush = operation == Operation::go_on   ? Z_NO_FLUSH
                          : operation == Operation::flush ? Z_SYNC_FLUSH
                                                          : Z_FINISH;
        const int result = deflate(&stream_, flush);
        Step step{input.size() - stream_.avail_in, output.size() - stream_.avail_out};
        step.more = operation == Operation::finish ? result != Z_STREAM_END : stream_.avail_out == 0;
        return step;
    }

private:
    z_stream stream_{};
};

class Brotli final : public Encoder {
public:
    Brotli(int level, int bits, std::uint64_t memory)
        : Encoder(memory), state_(BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)) {
        if (state_ == nullptr) throw std::bad_alloc();
        BrotliEncoderSetParameter(state_, BROTLI_PARAM_QUALITY, static_cast<std::uint32_t>(level));
        BrotliEncoderSetParameter(state_, BROTLI_PARAM_LGWIN, static_cast<std::uint32_t>(bits));
    }
    ~Brotli() override { BrotliEncoderDestroyInstance(state_); }

    Step run(std::string_view input, std::span<char> output, Operation operation) override {
        std::size_t input_left = input.size();
        std::size_t output_left = output.size();
        const auto* in = reinterpret_cast<const std::uint8_t*>(input.data());
        auto* out = reinterpret_cast<std::uint8_t*>(output.data());
        const auto wanted = operation == Operation::go_on   ? BROTLI_OPERATION_PROCESS
                            : operation == Operation::flush ? BROTLI_OPERATION_FLUSH
                                                            : BROTLI_OPERATION_FINISH;
        if (BrotliEncoderCompressStream(state_, wanted, &input_left, &in, &output_left, &out, nullptr) == BROTLI_FALSE)
            throw std::bad_alloc();  // the only way it fails
        Step step{input.size() - input_left, output.size() - output_left};
        step.more = input_left > 0 || BrotliEncoderHasMoreOutput(state_) == BROTLI_TRUE ||
                    (operation == Operation::finish && BrotliEncoderIsFinished(state_) == BROTLI_FALSE);
        return step;
    }

private:
    BrotliEncoderState* state_;
};

class Zstd final : public Encoder {
public:
    Zstd(int level, int bits, std::uint64_t memory) : Encoder(memory), context_(ZSTD_createCCtx()) {
        if (context_ == nullptr) throw std::bad_alloc();
        ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, level);
        ZSTD_CCtx_setParameter(context_, ZSTD_c_windowLog, bits);
        if (bits > kSmallWindow) return;
        ZSTD_CCtx_setParameter(context_, ZSTD_c_hashLog, bits + 1);
        ZSTD_CCtx_setParameter(context_, ZSTD_c_chainLog, bits + 1);
    }
    ~Zstd() override { ZSTD_freeCCtx(context_); }

    Step run(std::string_view input, std::span<char> output, Operation operation) override {
        ZSTD_inBuffer in{input.data(), input.size(), 0};
        ZSTD_outBuffer out{output.data(), output.size(), 0};
        const auto wanted = operation == Operation::go_on   ? ZSTD_e_continue
                            : operation == Operation::flush ? ZSTD_e_flush
                                                            : ZSTD_e_end;
        const std::size_t left = ZSTD_compressStream2(context_, &out, &in, wanted);
        if (ZSTD_isError(left) != 0U) throw std::bad_alloc();  // the only way it fails
        return {in.pos, out.pos, operation == Operation::go_on ? in.pos < in.size : left > 0};
    }

    /// As ZSTD_sizeof_CCtx() says of levels 1 to 9: tables, window, and what is gathered for a block.
    static std::uint64_t memory_for(int level, int bits) noexcept {
        constexpr std::array<std::uint64_t, kHighestZstdLevel> kTables{64,   256,  768,  2048, 3072,
                                                                       3072, 6144, 6144, 12288};
        const std::uint64_t tables =
            bits > kSmallWindow ? kTables[static_cast<std::size_t>(level - 1)] << 10 : 16ULL << bits;
        const std::uint64_t window = 1ULL << bits;
        return tables + window + 6 * std::min<std::uint64_t>(window, 128 << 10) + (96 << 10);
    }

private:
    static constexpr int kSmallWindow = 14;  // below, the tables follow the window
    ZSTD_CCtx* context_;
};

}  // namespace

Encoder::Encoder(std::uint64_t memory) noexcept : memory_(memory) { memory_in_use += memory_; }
Encoder::~Encoder() { memory_in_use -= memory_; }

std::unique_ptr<Encoder> Encoder::make(Coding coding, int level, std::optional<std::uint64_t> length) {
    if (coding == Coding::gzip) {
        const int bits = window_bits(length, 9, 15);
        const int memory_level = std::clamp(bits - 7, 1, 8);
        const std::uint64_t memory = (1ULL << (bits + 2)) + (1ULL << (memory_level + 9));  // zlib.h, deflateInit2
        if (memory_in_use + memory > kMaxMemory) return nullptr;
        return std::make_unique<Gzip>(level, bits, memory_level, memory);
    }
    constexpr int kUsualWindow = 19;  // nginx's brotli_window: 512k
    const int bits = window_bits(length, 10, kUsualWindow);
    if (coding == Coding::zstd) {
        const std::uint64_t memory = Zstd::memory_for(level, bits);
        if (memory_in_use + memory > kMaxMemory) return nullptr;
        return std::make_unique<Zstd>(level, bits, memory);
    }
    const std::uint64_t memory = (4ULL << bits) + (256 << 10);  // ring buffer, hash tables: estimated
    if (memory_in_use + memory > kMaxMemory) return nullptr;
    return std::make_unique<Brotli>(level, bits, memory);
}

}  // namespace fairway::proxy
