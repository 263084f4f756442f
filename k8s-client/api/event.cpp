#include "k8s-client/api/event.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace fairway::k8s {

namespace {

namespace json = boost::json;

constexpr std::size_t kLongestName = 253;      // of a DNS subdomain
constexpr std::size_t kLongestMessage = 1024;  // core/v1 validation of Events
constexpr std::size_t kHashDigits = 16;

/// FNV-1a, 64 bits: the same in every build, which std::hash need not be.
class StableHash {
public:
    void add(std::string_view text) {
        for (const char c : text) add(static_cast<unsigned char>(c));
        add(0);  // so that neighbours do not run into each other
    }
    std::uint64_t value() const noexcept { return value_; }

private:
    void add(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3ULL; }
    std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

/// meta/v1 Time: whole seconds.
std::string timestamp(std::chrono::system_clock::time_point time) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::string_view type_name(EventType type) { return type == EventType::normal ? "Normal" : "Warning"; }

/// Without half a character at its end.
std::string cut(const std::string& text) {
    if (text.size() <= kLongestMessage) return text;
    std::size_t end = kLongestMessage - 3;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end) + "...";
}

}  // namespace

std::string event_name(const Event& event) {
    StableHash hash;
    for (const auto& part : {event.about.kind, event.about.uid, event.reason, event.message}) hash.add(part);
    hash.add(type_name(event.type));
    std::string beginning = event.about.name.name.substr(0, kLongestName - kHashDigits - 1);
    while (!beginning.empty() && (beginning.back() == '.' || beginning.back() == '-')) beginning.pop_back();
    return fmt::format("{}.{:016x}", beginning, hash.value());
}

std::string event_json(const Event& event, const EventSource& source, const EventSeries& series) {
    const auto& about = event.about;
    json::object involved{
        {"apiVersion", about.api_version}, {"kind", about.kind}, {"namespace", about.name.ns},
        {"name", about.name.name},         {"uid", about.uid},   {"resourceVersion", about.resource_version}};
    json::object metadata{{"namespace", about.name.ns}, {"name", event_name(event)}};
    return json::serialize(json::object{{"apiVersion", "v1"},
                                        {"kind", "Event"},
                                        {"metadata", std::move(metadata)},
                                        {"involvedObject", std::move(involved)},
                                        {"type", type_name(event.type)},
                                        {"reason", event.reason},
                                        {"message", cut(event.message)},
                                        {"source", json::object{{"component", source.component}}},
                                        {"reportingComponent", source.component},
                                        {"reportingInstance", source.instance},
                                        {"firstTimestamp", timestamp(series.first)},
                                        {"lastTimestamp", timestamp(series.last)},
                                        {"count", series.count}});
}

std::string event_patch(const EventSeries& series) {
    json::object patch{{"lastTimestamp", timestamp(series.last)}};
    if (series.count > 0) patch["count"] = series.count;
    return json::serialize(patch);
}

}  // namespace fairway::k8s
