#include "wire/http1_message.hpp"

#include <algorithm>
#include <cctype>
#include <limits>
#include <set>

namespace fairway::wire {

std::string field_lines(const Http2Fields& fields) {
    std::string text;
    for (const auto& [name, value] : fields) text += name + ": " + value + "\r\n";
    return text;
}

Http2Fields end_to_end(Http2Fields fields) {
    static const std::set<std::string_view> kFraming = {"connection", "content-length",   "date", "host", "te",
                                                        "trailer",    "transfer-encoding"};
    std::erase_if(fields,
                  [](const auto& field) { return field.first.starts_with(':') || kFraming.contains(field.first); });
    std::ranges::sort(fields);
    return fields;
}

void Http1Message::add_field(std::string_view line, Http2Fields& fields) {
    const auto colon = line.find(": ");
    ASSERT_NE(colon, std::string_view::npos) << line;
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    fields.emplace_back(std::move(name), line.substr(colon + 2));
}

void Http1Message::read_head() {
    do {
        start_line_ = socket_.read_until("\r\n");
        if (!start_line_.ends_with("\r\n")) return;  // the connection ended
        start_line_.resize(start_line_.size() - 2);
        message_.fields.clear();
        for (std::string line; (line = socket_.read_until("\r\n")) != "\r\n";) {
            if (!line.ends_with("\r\n")) return;
            add_field(std::string_view(line).substr(0, line.size() - 2), message_.fields);
        }
    } while (start_line_.starts_with("HTTP/1.1 1"));
    chunked_ = field_of(message_.fields, "transfer-encoding") == "chunked";
    message_.content_length = field_of(message_.fields, "content-length");
    const auto first = start_line_.find(' ');
    const auto second = start_line_.find(' ', first + 1);
    message_.start = start_line_.starts_with("HTTP/")
                         ? start_line_.substr(first + 1, second - first - 1)
                         : start_line_.substr(0, second + 1) + field_of(message_.fields, "host");
    message_.fields = end_to_end(std::move(message_.fields));
}

const std::string& Http1Message::read_body(std::size_t bytes) {
    std::string& body = message_.body;
    if (chunked_) {
        while (body.size() < bytes && !message_.whole) {
            const std::size_t before = body.size();
            read_chunk();
            if (body.size() == before && !message_.whole) break;  // cut
        }
    } else if (!message_.content_length.empty()) {
        const std::size_t length = std::stoul(message_.content_length);
        const std::size_t wanted = std::min(bytes, length);
        if (body.size() < wanted) body += socket_.read_exactly(wanted - body.size());
        message_.whole = body.size() == length;
    } else if (message_.start.size() == 3) {  // a response that its connection's end ends
        body = socket_.read_to_end();
        message_.whole = !body.ends_with("[reset]");
    } else {
        message_.whole = true;
    }
    return body;
}

// A chunk's data, or what is there of it; after the last one, the trailers.
void Http1Message::read_chunk() {
    const std::string line = socket_.read_until("\r\n");
    if (!line.ends_with("\r\n")) return;
    const std::size_t size = std::stoul(line, nullptr, 16);
    if (size > 0) {
        const std::string data = socket_.read_exactly(size + 2);
        message_.body += data.substr(0, size);
        return;
    }
    for (std::string trailer; (trailer = socket_.read_until("\r\n")) != "\r\n";) {
        if (!trailer.ends_with("\r\n")) return;
        add_field(std::string_view(trailer).substr(0, trailer.size() - 2), message_.trailers);
    }
    message_.whole = true;
}

Received Http1Message::read_rest(bool bodiless) {
    if (!has_head()) read_head();
    if (start_line_.empty()) return {};
    if (bodiless)
        message_.whole = true;
    else
        read_body(std::numeric_limits<std::size_t>::max());
    return message_;
}

}  // namespace fairway::wire
