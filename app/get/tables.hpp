// The tables of `fairway get`: columns, order and wording of kubectl, from the JSON of the admin API.
#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <span>
#include <string>

#include "ingress/reports/resource.hpp"

namespace fairway::app {

struct TableOptions {
    bool wide = false;            ///< -o wide
    bool with_namespace = false;  ///< -A: a first column NAMESPACE
};

/// @param now  what ages are counted to.
std::string object_table(ingress::Resource resource, std::span<const boost::json::value> objects,
                         const TableOptions& options, std::chrono::sys_seconds now);

/// "127.1.0.1:8080,127.1.0.2:8080 + 3 more..." or "<none>", as kubectl has it: at most three.
/// @param port  only this one of the named ports; nullptr: all.
std::string endpoints_text(const boost::json::value& endpoints, const std::string* port = nullptr);
/// "80/TCP,443:30443/TCP", or "<none>".
std::string service_ports_text(const boost::json::value& service);
/// "app=kubia,tier=web", or "<none>".
std::string labels_text(const boost::json::object& labels);
/// Items with commas, or `otherwise`.
std::string joined(const boost::json::array& items, std::string_view otherwise = "<none>");

}  // namespace fairway::app
