// How an endpoint of a backend is chosen: load-balance, upstream-hash-by*, service-upstream.
#include <array>

#include "base/ascii.hpp"
#include "base/spelling.hpp"
#include "ingress/annotations/policies.hpp"
#include "ingress/values.hpp"

namespace fairway::ingress {

namespace {

constexpr std::int64_t kLargestSubset = 100'000;

Result<routing::TextTemplate> parse_hash_key(std::string_view text) {
    for (const char c : text)
        if (!ascii::is_alnum(c) && std::string_view("-_${}").find(c) == std::string_view::npos)
            return Error{
                fmt::format("\"{}\" holds '{}'; write variables such as $request_uri or $http_x_tenant", text, c)};
    return routing::parse_text_template(text);
}

}  // namespace

void read_load_balance(SettingReader& settings, routing::LoadBalance& balance) {
    static constexpr std::array<std::string_view, 2> kNames{"round_robin", "ewma"};
    const auto text = settings.find("load-balance");
    if (!text) return;
    if (*text == kNames[0])
        balance = routing::LoadBalance::round_robin;
    else if (*text == kNames[1])
        balance = routing::LoadBalance::ewma;
    else
        settings.refuse("load-balance",
                        fmt::format("\"{}\" is not an algorithm{}; write round_robin or ewma. Keeping {}", *text,
                                    did_you_mean(*text, kNames), kNames[static_cast<std::size_t>(balance)]));
}

std::optional<routing::UpstreamHash> read_upstream_hash(SettingReader& settings) {
    std::optional<routing::UpstreamHash> hash;
    if (const auto text = settings.find("upstream-hash-by")) {
        if (auto key = parse_hash_key(*text))
            hash = routing::UpstreamHash{.key = *std::move(key)};
        else
            settings.refuse("upstream-hash-by", with_outcome(key.error().message, "load-balance decides"));
    }
    bool subset = false;
    std::uint32_t size = 3;
    settings.read("upstream-hash-by-subset", subset, parse_bool);
    settings.read("upstream-hash-by-subset-size", size,
                  [](std::string_view text) { return parse_integer(text, 1, kLargestSubset); });
    if (hash && subset) hash->subset_size = size;
    if (!hash && subset && !settings.find("upstream-hash-by"))
        settings.report(Severity::warning, "upstream-hash-by-subset", "has no effect without upstream-hash-by",
                        "AnnotationWithoutEffect");
    return hash;
}

void read_backend_settings(SettingReader& settings, BackendSettings& backend) {
    read_load_balance(settings, backend.load_balance);
    settings.read("service-upstream", backend.service_upstream, parse_bool);
    backend.hash = read_upstream_hash(settings);
    backend.session = read_session_cookie(settings);
}

}  // namespace fairway::ingress
