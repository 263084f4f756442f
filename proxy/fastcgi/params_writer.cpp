#include "proxy/fastcgi/params_writer.hpp"

#include <algorithm>
#include <array>

#include "proxy/fastcgi/records.hpp"

namespace fairway::proxy::fastcgi {

namespace {

/// Lengths up to 127 have one byte, others four, of which the first begins with a 1.
struct Length {
    explicit Length(std::size_t length) noexcept {
        if (length < 128) {
            bytes[size++] = static_cast<char>(length);
            return;
        }
        for (const int shift : {24, 16, 8, 0}) bytes[size++] = static_cast<char>(length >> shift & 0xff);
        bytes[0] = static_cast<char>(bytes[0] | 0x80);
    }
    std::string_view view() const noexcept { return {bytes.data(), size}; }

    std::array<char, 4> bytes{};
    std::size_t size = 0;
};

}  // namespace

void ParamsWriter::add(std::string_view name, std::string_view value) {
    const Length name_length(name.size());
    const Length value_length(value.size());
    const std::size_t bytes = name_length.size + value_length.size + name.size() + value.size();
    if (record_ != kNone && content_bytes() + bytes > kMaxContent) close_record();
    for (const std::string_view part : {name_length.view(), value_length.view(), name, value}) append(part);
}

void ParamsWriter::finish() {
    if (record_ != kNone) close_record();
    open_record();
    close_record();
}

std::size_t ParamsWriter::content_bytes() const noexcept { return out_.size() - record_ - kHeaderBytes; }

void ParamsWriter::append(std::string_view bytes) {
    while (!bytes.empty()) {
        if (record_ != kNone && content_bytes() == kMaxContent) close_record();
        if (record_ == kNone) open_record();
        const std::size_t taken = std::min(bytes.size(), kMaxContent - content_bytes());
        out_.append(bytes.substr(0, taken));
        bytes.remove_prefix(taken);
    }
}

void ParamsWriter::open_record() {
    record_ = out_.size();
    out_.append(kHeaderBytes, '\0');
}

void ParamsWriter::close_record() {
    std::ranges::copy(record_header(RecordType::params, content_bytes()),
                      out_.begin() + static_cast<std::ptrdiff_t>(record_));
    record_ = kNone;
}

}  // namespace fairway::proxy::fastcgi
