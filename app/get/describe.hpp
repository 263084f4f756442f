// The texts of `fairway describe`, as kubectl writes them, from the JSON of the admin API.
#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <functional>
#include <string>

#include "ingress/reports/resource.hpp"

namespace fairway::app {

/// The Endpoints of a Service; null when there are none.
using FindEndpoints = std::function<boost::json::value(const std::string& ns, const std::string& service)>;

/// Certificates and routes have no kubectl form; they get the same style.
std::string describe_object(ingress::Resource resource, const boost::json::value& object,
                            const FindEndpoints& endpoints, std::chrono::sys_seconds now);

// Parts of it: lines of cells for align_tabs().
std::string describe_service(const boost::json::value& service, const FindEndpoints& endpoints);
std::string describe_pod(const boost::json::value& pod, std::chrono::sys_seconds now);
std::string describe_ingress(const boost::json::value& ingress, const FindEndpoints& endpoints);
std::string describe_endpoints(const boost::json::value& endpoints);
std::string describe_certificate(const boost::json::value& certificate);
std::string describe_route(const boost::json::value& route);

/// "Labels:\tapp=kubia\n\ttier=web\n"; without any: "Labels:\t<none>\n".
std::string described_map(const std::string& title, const boost::json::object& map, const char* between);
/// What kubectl shows as Events; here the diagnostics that hold now.
std::string described_events(const boost::json::value& object);
/// `text`, or `otherwise` when it is empty.
std::string or_else(std::string text, const char* otherwise);

}  // namespace fairway::app
