#include "proxy/variables.hpp"

#include "proxy/access_log/escape.hpp"
#include "proxy/access_log/variable_text.hpp"

namespace fairway::proxy {

std::string expand(const routing::TextTemplate& text, const RequestRecord& record,
                   std::span<const std::string_view> groups) {
    LogText out;
    expand(text, record, out, groups);
    return std::string(out.view());
}

void expand(const routing::TextTemplate& text, const RequestRecord& record, LogText& out,
            std::span<const std::string_view> groups) {
    static const TimeTexts kNoTimes{};  // parse_text_template() refuses the variables that need them
    // escape=none writes CR and LF as \x0D and \x0A, and head parsers refuse NUL.
    const VariableWriter writer(out, record, kNoTimes, routing::LogEscape::none);
    for (const auto& piece : text.pieces) {
        out.append(piece.literal);
        const auto group = static_cast<std::size_t>(piece.group);
        if (group != 0) {
            if (group <= groups.size()) append_escaped(out, groups[group - 1], routing::LogEscape::none);
        } else if (piece.name.variable < LogVariable::pid) {
            writer.append(log_variable(piece.name));
        }
    }
}

}  // namespace fairway::proxy
