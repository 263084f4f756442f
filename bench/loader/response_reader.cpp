#include "loader/response_reader.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace fairway::bench {

namespace {

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
    return result;
}

template <typename Number>
bool parse(std::string_view text, Number& value, int base = 10) {
    return std::from_chars(text.data(), text.data() + text.size(), value, base).ec == std::errc{};
}

}  // namespace

void ResponseReader::reset() {
    phase_ = Phase::head;
    text_.clear();
    left_ = body_bytes_ = 0;
    status_ = 0;
    started_ = server_closes_ = false;
}

ResponseReader::Progress ResponseReader::feed(std::string_view bytes) {
    started_ = started_ || !bytes.empty();
    if (phase_ == Phase::head) {
        text_.append(bytes);
        const auto end = text_.find("\r\n\r\n");
        if (end == std::string::npos) return text_.size() < 64 * 1024 ? Progress::more : Progress::malformed;
        const std::string rest = text_.substr(end + 4);
        text_.resize(end + 2);
        if (const auto progress = read_head(); progress != Progress::more)
            return progress == Progress::complete && !rest.empty() ? Progress::malformed : progress;
        text_.clear();
        return rest.empty() ? Progress::more : feed(rest);
    }
    if (phase_ != Phase::sized_body) return read_chunks(bytes);
    if (bytes.size() > left_) return Progress::malformed;
    body_bytes_ += bytes.size();
    left_ -= bytes.size();
    if (left_ == 0) phase_ = Phase::complete;
    return left_ == 0 ? Progress::complete : Progress::more;
}

ResponseReader::Progress ResponseReader::read_head() {
    const std::string head = lower(text_);
    if (!head.starts_with("http/1.1 ") || !parse(std::string_view(head).substr(9, 3), status_))
        return Progress::malformed;
    server_closes_ = head.find("\r\nconnection: close\r\n") != std::string::npos;
    if (head.find("\r\ntransfer-encoding: chunked\r\n") != std::string::npos) {
        phase_ = Phase::chunk_size;
        return Progress::more;
    }
    constexpr std::string_view kLength = "\r\ncontent-length: ";
    const auto at = head.find(kLength);
    if (at == std::string::npos || !parse(std::string_view(head).substr(at + kLength.size()), left_))
        return Progress::malformed;
    phase_ = left_ == 0 ? Phase::complete : Phase::sized_body;
    return left_ == 0 ? Progress::complete : Progress::more;
}

ResponseReader::Progress ResponseReader::read_chunks(std::string_view bytes) {
    while (!bytes.empty()) {
        if (phase_ == Phase::complete) return Progress::malformed;
        if (phase_ == Phase::chunk_data) {
            const auto taken = std::min(left_, bytes.size());
            left_ -= taken;
            body_bytes_ += taken;
            bytes.remove_prefix(taken);
            if (left_ == 0) phase_ = Phase::chunk_size;
            continue;
        }
        const auto end = bytes.find('\n');
        text_.append(bytes.substr(0, end));
        if (end == std::string_view::npos) return Progress::more;
        bytes.remove_prefix(end + 1);
        if (!read_chunk_line(text_)) return Progress::malformed;
        text_.clear();
    }
    return phase_ == Phase::complete ? Progress::complete : Progress::more;
}

bool ResponseReader::read_chunk_line(std::string_view line) {
    if (!line.ends_with('\r')) return false;
    line.remove_suffix(1);
    if (phase_ == Phase::trailer) {
        if (line.empty()) phase_ = Phase::complete;
        return true;
    }
    if (line.empty()) return true;  // the line end after a chunk's data
    if (!parse(line, left_, 16)) return false;
    phase_ = left_ == 0 ? Phase::trailer : Phase::chunk_data;
    return true;
}

}  // namespace fairway::bench
