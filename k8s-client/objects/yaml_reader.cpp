#include "k8s-client/objects/yaml_reader.hpp"

#include <fmt/format.h>
#include <yaml.h>

#include <stdexcept>

#include "base/ascii.hpp"
#include "k8s-client/objects/scalar.hpp"

namespace fairway::k8s {

namespace {

std::string_view view(const yaml_char_t* text) {
    return text ? std::string_view(reinterpret_cast<const char*>(text)) : std::string_view{};
}

struct Event : yaml_event_t {
    Event() : yaml_event_t{} {}
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    ~Event() {
        // It may be a Secret's value.
        if (type == YAML_SCALAR_EVENT) wipe(data.scalar.value, data.scalar.length);
        yaml_event_delete(this);
    }
};

class Parser {
public:
    explicit Parser(std::string_view text) {
        if (!yaml_parser_initialize(&parser_)) throw std::bad_alloc();
        yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    }
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;
    ~Parser() {
        const auto wipe_buffer = [](auto& buffer) {
            wipe(buffer.start, static_cast<std::size_t>(buffer.end - buffer.start));
        };
        wipe_buffer(parser_.raw_buffer);
        wipe_buffer(parser_.buffer);
        yaml_parser_delete(&parser_);
    }

    bool next(Event& event) {
        if (yaml_parser_parse(&parser_, &event)) return true;
        if (parser_.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
        return false;
    }
    const yaml_parser_t& state() const { return parser_; }

private:
    yaml_parser_t parser_{};
};

class Reader {
public:
    Reader(std::string_view text, std::uint32_t first_line, TreeBuilder& builder)
        : text_(text), first_line_(first_line), builder_(builder), parser_(text) {}

    YamlEnd read() {
        for (;;) {
            Event event;
            if (!parser_.next(event)) return {syntax_error(), document_line_};
            if (event.type == YAML_STREAM_END_EVENT) return {};
            handle(event);
            if (builder_.stopped()) return {};
        }
    }

private:
    void handle(const Event& event) {
        const auto mark = mark_of(event.start_mark);
        switch (event.type) {
            case YAML_DOCUMENT_START_EVENT:
                document_line_ = static_cast<std::uint32_t>(event.start_mark.line) + 1;
                break;
            case YAML_DOCUMENT_END_EVENT:
                builder_.end_document();
                document_line_ = 0;
                break;
            case YAML_MAPPING_START_EVENT: builder_.begin_mapping(mark, view(event.data.mapping_start.anchor)); break;
            case YAML_SEQUENCE_START_EVENT:
                builder_.begin_sequence(mark, view(event.data.sequence_start.anchor));
                break;
            case YAML_MAPPING_END_EVENT:
            case YAML_SEQUENCE_END_EVENT: builder_.end(); break;
            case YAML_ALIAS_EVENT: builder_.alias(view(event.data.alias.anchor), mark); break;
            case YAML_SCALAR_EVENT: scalar(event, mark); break;
            default: break;
        }
    }

    void scalar(const Event& event, Mark mark) {
        const auto& scalar = event.data.scalar;
        const auto text = builder_.arena().copy({reinterpret_cast<const char*>(scalar.value), scalar.length});
        TreeNode node;
        if (scalar.plain_implicit) {
            node = resolve_plain(text, mark);
        } else if (scalar.tag) {
            node = resolve_tagged(view(scalar.tag), text, mark);
        } else {
            node.kind = TreeNode::Kind::string;
            node.text = text;
            node.mark = mark;
        }
        builder_.scalar(node, scalar.plain_implicit && text == "<<", view(scalar.anchor));
    }

    Mark mark_of(const yaml_mark_t& mark) const {
        return {first_line_ + static_cast<std::uint32_t>(mark.line), static_cast<std::uint32_t>(mark.column) + 1};
    }

    Problem syntax_error() const {
        const auto& state = parser_.state();
        const auto mark = state.problem_mark;
        auto message = fmt::format("not valid YAML: {}", state.problem ? state.problem : "unreadable");
        if (state.context) {
            fmt::format_to(std::back_inserter(message), " {}", state.context);
            if (state.context_mark.line != mark.line)
                fmt::format_to(std::back_inserter(message), " that began in line {}", mark_of(state.context_mark).line);
        }
        return {mark_of(mark), message + hint(mark)};
    }

    // What most often is behind such an error.
    std::string hint(const yaml_mark_t& mark) const {
        const auto line = line_at(mark.line);
        const auto indent = line.substr(0, line.find_first_not_of(" \t"));
        if (indent.find('\t') != std::string_view::npos) return "; indent with spaces, not with tabs";
        if (line.find("{{") != std::string_view::npos)
            return "; this looks like a template: render it first (helm template)";
        return {};
    }

    std::string_view line_at(std::size_t number) const {
        std::size_t start = 0;
        for (; number > 0; --number) {
            start = text_.find('\n', start);
            if (start == std::string_view::npos) return {};
            ++start;
        }
        return text_.substr(start, text_.find('\n', start) - start);
    }

    std::string_view text_;
    std::uint32_t first_line_;
    TreeBuilder& builder_;
    Parser parser_;
    std::uint32_t document_line_ = 0;
};

}  // namespace

YamlEnd read_yaml(std::string_view text, std::uint32_t first_line, TreeBuilder& builder) {
    return Reader(text, first_line, builder).read();
}

}  // namespace fairway::k8s
