#include "k8s-client/objects/reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "k8s-client/objects/json_reader.hpp"
#include "k8s-client/objects/text_position.hpp"
#include "k8s-client/objects/tree_builder.hpp"
#include "k8s-client/objects/utf8.hpp"
#include "k8s-client/objects/yaml_reader.hpp"

namespace fairway::k8s {

namespace {

constexpr std::size_t kMaxSyntaxErrors = 20;  // each costs a new parser; a file with more is not a manifest
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_separator(std::string_view text, std::size_t at) {
    return text.substr(at, 3) == "---" &&
           (at + 3 == text.size() || std::string_view(" \t\r\n").find(text[at + 3]) != std::string_view::npos);
}

// Offset of the first "---" line that begins at or after `from`, or the text's size. YAML allows such a line nowhere
// but between documents (YAML 1.1 section 4.1.2).
std::size_t next_separator(std::string_view text, std::size_t from) {
    for (auto at = from; at < text.size();) {
        if ((at == 0 || text[at - 1] == '\n') && is_separator(text, at)) return at;
        at = text.find('\n', at);
        if (at == std::string_view::npos) break;
        ++at;
    }
    return text.size();
}

// Offset of the last "---" line, or 0.
std::size_t last_separator(std::string_view text) {
    for (auto at = text.rfind("\n---"); at != std::string_view::npos && at > 0; at = text.rfind("\n---", at - 1))
        if (is_separator(text, at + 1)) return at + 1;
    return 0;
}

// '{"', '{}', '[{', '[[': as JSON is written; "{a: b}" is YAML, and "{{" a template.
bool looks_like_json(std::string_view text, std::size_t at) {
    if (text[at] != '{' && text[at] != '[') return false;
    const auto next = text.find_first_not_of(" \t\r\n", at + 1);
    const std::string_view beginnings = text[at] == '{' ? "\"}" : "\"{[]";
    return next != std::string_view::npos && beginnings.find(text[next]) != std::string_view::npos;
}

class DocumentReader {
public:
    DocumentReader(std::string_view text, const DecodeLimits& limits, const DocumentSink& sink)
        : text_(text), position_(text), builder_(limits, sink) {}

    ReadResult read() {
        while (at_ < text_.size() && !builder_.stopped() && result_.problems.size() < kMaxSyntaxErrors) {
            const auto start = text_.find_first_not_of(" \t\r\n", skip_separator());
            if (start == std::string_view::npos) break;
            if (looks_like_json(text_, start))
                read_json(start);
            else
                read_yaml_from(at_);
        }
        if (builder_.stopped()) {
            result_.problems.push_back(*builder_.stopped());
            result_.truncated = true;
        }
        return std::move(result_);
    }

private:
    // Behind a "---" that only JSON follows; YAML reads its separators itself.
    std::size_t skip_separator() const { return is_separator(text_, at_) ? at_ + 3 : at_; }

    void read_json(std::size_t start) {
        JsonReader reader(text_, start, position_, builder_);
        if (reader.read_value()) {
            builder_.end_document();
            at_ = reader.offset();
            // The line's rest belongs to no document.
            at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
            return;
        }
        if (!builder_.stopped()) recover(*reader.problem(), reader.offset());
    }

    void read_yaml_from(std::size_t start) {
        const auto first_line = position_.at(start).line;
        const auto end = read_yaml(text_.substr(start), first_line, builder_);
        if (!end.problem) {
            at_ = text_.size();
            return;
        }
        // Search behind the line that began the broken document, and not before the error.
        const auto lines = std::max(end.problem->mark.line - first_line, end.document_line);
        recover(*end.problem, std::max(skip_lines(start, lines), start + 1));
    }

    void recover(const Problem& problem, std::size_t from) {
        builder_.drop_document();
        result_.problems.push_back(problem);
        result_.truncated = true;
        at_ = next_separator(text_, from);
    }

    std::size_t skip_lines(std::size_t from, std::uint32_t lines) const {
        for (; lines > 0 && from < text_.size(); --lines) from = std::min(text_.find('\n', from), text_.size() - 1) + 1;
        return from;
    }

    std::string_view text_;
    TextPosition position_;
    TreeBuilder builder_;
    ReadResult result_;
    std::size_t at_ = 0;
};

}  // namespace

ReadResult read_documents(std::string_view text, const DecodeLimits& limits, const DocumentSink& sink) {
    if (text.size() > limits.max_bytes)
        return {{{{1, 1},
                  fmt::format("the file has {} bytes, more than the limit of {}; split it", text.size(),
                              limits.max_bytes)}},
                true};
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());

    const auto forbidden = find_forbidden_byte(text);
    if (!forbidden) return DocumentReader(text, limits, sink).read();

    // The documents before the one with the bad byte are whole.
    auto result = DocumentReader(text.substr(0, last_separator(text.substr(0, *forbidden))), limits, sink).read();
    result.problems.push_back(
        {TextPosition(text).at(*forbidden),
         fmt::format("byte 0x{:02x} is not text; write the file in UTF-8 without control characters",
                     static_cast<unsigned char>(text[*forbidden]))});
    result.truncated = true;
    return result;
}

}  // namespace fairway::k8s
