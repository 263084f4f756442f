#include "proxy/fastcgi/request_params.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/ascii.hpp"
#include "proxy/access_log/log_text.hpp"
#include "proxy/variables.hpp"
#include "routing/policy/fastcgi.hpp"

namespace fairway::proxy::fastcgi {

namespace {

using Param = routing::FastCgi::Param;

/// Those whose value is a text with variables.
const std::vector<Param>& usual_params() {
    static const auto kParams = [] {
        static constexpr std::pair<std::string_view, std::string_view> kTexts[] = {
            {"QUERY_STRING", "$query_string"},   {"REQUEST_METHOD", "$request_method"},
            {"CONTENT_TYPE", "$content_type"},   {"SCRIPT_NAME", "$fastcgi_script_name"},
            {"REQUEST_URI", "$request_uri"},     {"DOCUMENT_URI", "$document_uri"},
            {"DOCUMENT_ROOT", "$document_root"}, {"SERVER_PROTOCOL", "$server_protocol"},
            {"REQUEST_SCHEME", "$scheme"},       {"GATEWAY_INTERFACE", "CGI/1.1"},
            {"SERVER_SOFTWARE", "fairway"},      {"REMOTE_ADDR", "$remote_addr"},
            {"REMOTE_PORT", "$remote_port"},     {"SERVER_NAME", "$server_name"},
            {"REDIRECT_STATUS", "200"},  // PHP may be built so that it serves nothing without
        };
        std::vector<Param> params;
        for (const auto& [name, text] : kTexts)
            params.push_back({std::string(name), routing::parse_text_template(text).value()});
        return params;
    }();
    return kParams;
}

/// As PHP has it: what is neither letter nor digit cannot be told apart.
constexpr char as_variable(char c) noexcept {
    if (!ascii::is_alnum(c)) return '_';
    return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c;
}

/// As X-Forwarded-Port has it: whatever the port of the TLS listener is, in front of it stands 443.
constexpr std::uint16_t kHttpsPort = 443;

/// Fields of these names have one parameter.
bool share_param(std::string_view a, std::string_view b) noexcept {
    return std::ranges::equal(a, b, {}, as_variable, as_variable);
}

/// Of a spelling that other names have where a parameter is made of it.
bool is_unusual(std::string_view name) noexcept {
    return std::ranges::any_of(name, [](char c) { return !ascii::is_alnum(c) && c != '-'; });
}

/// A field that may go to the application.
struct Passed {
    enum class Rank : std::uint8_t { ours, usual, unusual };

    std::string_view name;
    std::string_view value;
    Rank rank;
    FieldId id = FieldId::other;
};

class Writer {
public:
    Writer(ParamsWriter& params, const UpstreamRequest& request, const RequestRecord& record)
        : params_(params),
          request_(request),
          record_(record),
          own_(record.route != nullptr ? record.route->policy->fastcgi.get() : nullptr) {}

    void add_usual(const IpAddress& local_ip) {
        for (const Param& param : usual_params())
            if (!has_own(param.name)) add_text(param);
        const ConnectionFacts& client = *record_.connection;
        const bool sized = request_.framing() == Framing::content_length;
        add("CONTENT_LENGTH", sized ? std::to_string(request_.content_length()) : std::string());
        if (client.tls) add("HTTPS", "on");
        add("SERVER_ADDR", local_ip.to_string());
        add("SERVER_PORT", std::to_string(client.tls ? kHttpsPort : client.local_port));
    }

    void add_fields() {
        collect_fields();
        if (!request_.host().empty()) add("HTTP_HOST", request_.host());
        for (std::size_t i = 0; i < fields_.size(); ++i)
            if (leads(i)) add_field(i);
    }

    void add_own() {
        if (own_ == nullptr) return;
        for (const Param& param : own_->params) add_text(param);
    }

private:
    bool has_own(std::string_view name) const {
        return own_ != nullptr && std::ranges::binary_search(own_->params, name, {}, &Param::name);
    }
    void add(std::string_view name, std::string_view value) {
        if (!has_own(name)) params_.add(name, value);
    }
    void add_text(const Param& param) {
        text_.clear();
        expand(param.value, record_, text_);
        params_.add(param.name, text_.view());
    }

    void collect_fields() {
        request_.write_forwarded(forwarded_);
        for (std::string_view lines = forwarded_.view(); !lines.empty();) {
            const std::string_view line = lines.substr(0, lines.find('\r'));
            const std::size_t colon = line.find(':');
            fields_.push_back({line.substr(0, colon), line.substr(colon + 2), Passed::Rank::ours});
            lines.remove_prefix(line.size() + 2);
        }
        request_.edits.fields.for_each([this](std::string_view name, std::string_view value) {
            fields_.push_back({name, value, Passed::Rank::ours});
        });
        for (const Field& field : request_.head.fields)
            if (may_pass(field))
                fields_.push_back({field.name, field.value,
                                   is_unusual(field.name) ? Passed::Rank::unusual : Passed::Rank::usual, field.id});
    }

    /// CONTENT_TYPE and CONTENT_LENGTH stand for these fields already.
    bool may_pass(const Field& field) {
        const auto passes = [this](const Field& f) {
            return request_.passes(f) && f.id != FieldId::content_type && f.id != FieldId::content_length;
        };
        if (!is_unusual(field.name)) return passes(field);
        std::string usual(field.name);
        std::ranges::replace_if(usual, [](char c) { return !ascii::is_alnum(c); }, '-');
        return passes(field) && passes({.name = usual, .value = field.value, .id = field_id(usual)});
    }

    /// The first of its name, and no other spelling of the name goes before it.
    bool leads(std::size_t index) const {
        const Passed& field = fields_[index];
        for (std::size_t i = 0; i < fields_.size(); ++i) {
            const Passed& other = fields_[i];
            if (i == index || other.name.size() != field.name.size() || !share_param(other.name, field.name)) continue;
            const bool before = other.rank != field.rank ? other.rank < field.rank : i < index;
            if (before) return false;
        }
        return true;
    }

    /// With the values of all fields of its name, as one list (RFC 9110 section 5.3; RFC 9113 section 8.2.3 for cookies).
    void add_field(std::size_t index) {
        const Passed& field = fields_[index];
        name_ = "HTTP_";
        std::ranges::transform(field.name, std::back_inserter(name_), as_variable);
        joined_ = field.value;
        for (std::size_t i = index + 1; i < fields_.size(); ++i) {
            if (!ascii::iequals(fields_[i].name, field.name)) continue;
            joined_ += field.id == FieldId::cookie ? "; " : ", ";
            joined_ += fields_[i].value;
        }
        add(name_, joined_);
    }

    ParamsWriter& params_;
    const UpstreamRequest& request_;
    const RequestRecord& record_;
    const routing::FastCgi* own_;
    std::vector<Passed> fields_;
    OutBuffer forwarded_;
    LogText text_;
    std::string name_;
    std::string joined_;
};

}  // namespace

void add_params(ParamsWriter& params, const UpstreamRequest& request, const RequestRecord& record,
                const IpAddress& local_ip) {
    Writer writer(params, request, record);
    writer.add_usual(local_ip);
    writer.add_fields();
    writer.add_own();
}

}  // namespace fairway::proxy::fastcgi
