#include "k8s-client/api/list_splitter.hpp"

#include <fmt/format.h>

namespace fairway::k8s {

namespace {

constexpr std::size_t kMaxItem = std::size_t{16} * 1024 * 1024;  // bytes; etcd allows 1.5 MiB
constexpr std::size_t kMaxRest = std::size_t{64} * 1024;         // kind, apiVersion and metadata

}  // namespace

ListSplitter::ListSplitter(std::string_view kind, std::string_view api_version, OnItem on_item)
    : opening_(fmt::format(R"({{"kind":"{}List","apiVersion":"{}","items":[)", kind, api_version)),
      on_item_(std::move(on_item)) {}

bool ListSplitter::feed(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        if (in_string_) {
            if (!string(bytes, at)) return false;
        } else {
            const char c = bytes[at++];
            if (!structure(c)) return false;
        }
    }
    return true;
}

/// The rest of a string, as far as it has arrived.
bool ListSplitter::string(std::string_view bytes, std::size_t& at) {
    const auto begin = at;
    while (at < bytes.size() && in_string_) {
        const char c = bytes[at++];
        if (escaped_)
            escaped_ = false;
        else if (c == '\\')
            escaped_ = true;
        else if (c == '"')
            in_string_ = false;
    }
    const auto text = bytes.substr(begin, at - begin);
    if (depth_ == 1 && key_.size() < kMaxRest) key_ += text;
    return keep(text);
}

bool ListSplitter::structure(char c) {
    const std::string_view text(&c, 1);
    switch (c) {
        case '"':
            in_string_ = true;
            if (depth_ == 1) key_.clear();
            return keep(text);
        case '{':
        case '[':
            if (depth_ == 1 && c == '[' && key_ == "items\"") in_items_ = true;
            if (in_items_ && depth_ == 2) begin_item();
            ++depth_;
            return keep(text);
        case '}':
        case ']':
            if (depth_ == 0) return false;
            --depth_;
            if (depth_ == 1) in_items_ = false;
            if (!keep(text)) return false;
            if (in_item_ && depth_ == 2) end_item();
            return true;
        default: return (in_items_ && !in_item_) || keep(text);  // commas between items
    }
}

bool ListSplitter::keep(std::string_view text) {
    if (in_item_) {
        if (item_.size() + text.size() > kMaxItem) return false;
        item_ += text;
        return true;
    }
    if (rest_.size() + text.size() > kMaxRest) return false;
    rest_ += text;
    return true;
}

void ListSplitter::begin_item() {
    in_item_ = true;
    item_.assign(opening_);
}

void ListSplitter::end_item() {
    in_item_ = false;
    item_ += "]}";
    on_item_(item_);
    wipe(item_.data(), item_.size());
}

}  // namespace fairway::k8s
