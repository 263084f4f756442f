// Events about objects (core/v1 Event): what `kubectl describe` shows below an object.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "k8s-client/objects/meta.hpp"

namespace fairway::k8s {

/// The object that an Event is about (core/v1 ObjectReference).
struct InvolvedObject {
    std::string api_version;  ///< "networking.k8s.io/v1"
    std::string kind;         ///< "Ingress"
    ObjectName name;          ///< the Event is written in its namespace
    std::string uid;
    std::string resource_version;
};

enum class EventType : std::uint8_t { normal, warning };

struct Event {
    InvolvedObject about;
    EventType type = EventType::normal;
    std::string reason;   ///< CamelCase, at most 128 bytes
    std::string message;  ///< cut to 1024 bytes, the limit of the API
};

/// Who tells it.
struct EventSource {
    std::string component;  ///< source.component: "nginx-ingress-controller"
    std::string instance;   ///< reportingInstance: the pod's name
};

/// How often the same Event was told, and when.
struct EventSeries {
    std::int64_t count = 1;
    std::chrono::system_clock::time_point first;
    std::chrono::system_clock::time_point last;
};

/// The same for the same Event about the same object, whoever tells it and whenever: that is what keeps two replicas,
/// and two lives of one, from writing it twice. A DNS subdomain: "web.0123456789abcdef".
std::string event_name(const Event& event);

/// The whole Event as JSON, to be created.
std::string event_json(const Event& event, const EventSource& source, const EventSeries& series);
/// A merge patch that sets lastTimestamp, and count unless it is 0: unknown.
std::string event_patch(const EventSeries& series);

}  // namespace fairway::k8s
