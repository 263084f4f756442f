#include "proxy/http/error_page.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "proxy/http/status_reason.hpp"

namespace fairway::proxy {

namespace {

constexpr int kFullWeight = 1000;

std::string_view take_until(std::string_view& rest, char separator) noexcept {
    const auto at = rest.find(separator);
    const auto part = rest.substr(0, at);
    rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
    return ascii::trim(part);
}

/// "0.8" is 800. Anything that is not a qvalue counts as 1, as if it were not there.
int parse_weight(std::string_view text) noexcept {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return kFullWeight;
    int weight = (text[0] - '0') * kFullWeight;
    if (text.size() > 1 && text[1] != '.') return kFullWeight;
    int place = 100;
    for (const char digit : text.substr(std::min<std::size_t>(2, text.size()))) {
        if (!ascii::is_digit(digit)) return kFullWeight;
        weight += (digit - '0') * place;
        place /= 10;
    }
    return std::min(weight, kFullWeight);
}

/// Weight of one media type so far, and how exactly the range that gave it matched.
struct Preference {
    int weight = 0;
    int exactness = 0;

    void consider(int new_weight, int new_exactness) noexcept {
        if (new_exactness > exactness || (new_exactness == exactness && new_weight > weight)) {
            weight = new_weight;
            exactness = new_exactness;
        }
    }
};

/// 3 for the type itself, 2 for "text/*", 1 for "*/*", 0 for another type.
int match(std::string_view range, std::string_view type) noexcept {
    if (ascii::iequals(range, type)) return 3;
    if (range == "*/*") return 1;
    const auto slash = type.find('/');
    const bool any_of_type = range.size() == slash + 2 && range.ends_with("/*");
    return any_of_type && ascii::iequals(range.substr(0, slash), type.substr(0, slash)) ? 2 : 0;
}

}  // namespace

bool prefers_json(std::string_view accept) noexcept {
    Preference json, html;
    while (!accept.empty()) {
        auto member = take_until(accept, ',');
        const auto range = take_until(member, ';');
        int weight = kFullWeight;
        while (!member.empty()) {
            const auto parameter = take_until(member, ';');
            if (parameter.size() > 2 && ascii::to_lower(parameter[0]) == 'q' && parameter[1] == '=')
                weight = parse_weight(parameter.substr(2));
        }
        if (const int exactness = match(range, "application/json")) json.consider(weight, exactness);
        if (const int exactness = match(range, "text/html")) html.consider(weight, exactness);
    }
    return json.weight > html.weight;
}

std::string_view write_error_page(OutBuffer& out, std::uint16_t status, std::string_view accept,
                                  std::string_view reason) {
    // nginx's pages call it otherwise than its status lines do.
    const auto words = status == 401 ? "Authorization Required" : status_reason(status);
    if (prefers_json(accept)) {
        out.append("{\"status\":");
        out.append_decimal(status);
        out.append(",\"error\":\"");
        out.append(words);
        if (!reason.empty()) {
            out.append("\",\"reason\":\"");
            out.append(reason);
        }
        out.append("\"}\n");
        return "application/json";
    }
    const auto append_status = [&](std::string_view text) {
        out.append_decimal(status);
        out.append(' ');
        out.append(text);
    };
    out.append("<html>\r\n<head><title>");
    append_status(reason.empty() ? words : reason);
    out.append("</title></head>\r\n<body>\r\n<center><h1>");
    append_status(words);
    out.append("</h1></center>\r\n");
    if (!reason.empty()) {
        out.append("<center>");
        out.append(reason);
        out.append("</center>\r\n");
    }
    out.append("<hr><center>fairway</center>\r\n</body>\r\n</html>\r\n");
    return "text/html";
}

}  // namespace fairway::proxy
