#include "routing/text_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/ascii.hpp"

namespace fairway::routing {

namespace {

bool known_before_the_response(Variable variable) noexcept {
    if (variable >= Variable::time_local && variable <= Variable::request_time) return false;
    if (variable >= Variable::status && variable <= Variable::response_field) return false;
    return variable < Variable::upstream_addr || variable > Variable::hostname;
}

Result<TextTemplate::Piece> parse_piece(std::string_view name) {
    TextTemplate::Piece piece{.name = {.variable = Variable::empty, .argument = {}}};
    if (name.size() == 1 && name[0] >= '1' && name[0] <= '9') {
        piece.group = name[0] - '0';
        return piece;
    }
    auto found = find_variable(name);
    if (!found) return Error{fmt::format("there is no variable ${}", name)};
    if (!known_before_the_response(found->variable))
        return Error{fmt::format("${} is not known yet when a request is forwarded", name)};
    piece.name = *std::move(found);
    return piece;
}

}  // namespace

Result<TextTemplate> parse_text_template(std::string_view text) {
    // Such a text becomes part of a field or of a request line.
    if (const auto bad = std::ranges::find_if(text, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
        bad != text.end())
        return Error{fmt::format("a line break or another control character at byte {}; leave it out", bad - text.begin() + 1)};
    TextTemplate result;
    std::string literal;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] != '$') {
            literal += text[at++];
            continue;
        }
        // nginx: a group has one digit, and what follows is text: "/v$1beta" is "/v", group 1, "beta".
        if (at + 1 < text.size() && text[at + 1] >= '1' && text[at + 1] <= '9') {
            auto piece = *parse_piece(text.substr(at + 1, 1));
            piece.literal = std::exchange(literal, {});
            result.pieces.push_back(std::move(piece));
            at += 2;
            continue;
        }
        const auto name = read_variable_name(text, at);
        if (!name) return name.error();
        auto piece = parse_piece(name->name);
        if (!piece) return piece.error();
        piece->literal = std::exchange(literal, {});
        result.pieces.push_back(*std::move(piece));
        at = name->next;
    }
    if (!literal.empty()) result.pieces.push_back(literal_template(std::move(literal)).pieces.front());
    return result;
}

TextTemplate literal_template(std::string text) {
    return {.pieces = {{.literal = std::move(text), .name = {.variable = Variable::empty, .argument = {}}}}};
}

}  // namespace fairway::routing
