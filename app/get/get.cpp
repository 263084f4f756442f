// fairway get and fairway describe: the live objects of a running instance, as kubectl shows them.
#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <vector>

#include "app/commands.hpp"
#include "app/get/admin_client.hpp"
#include "app/get/describe.hpp"
#include "app/get/json_access.hpp"
#include "app/get/tables.hpp"

namespace fairway::app {

namespace json = boost::json;

namespace {

std::chrono::sys_seconds now() {
    return std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
}

std::vector<json::value> fetch(const AdminClient& client, const ObjectSelection& selection) {
    if (!selection.name.empty()) return client.get(selection.resource, selection.ns, selection.name);
    return client.list(selection.resource, selection.all_namespaces ? "" : selection.ns);
}

/// kubectl's words, on standard error, with exit code 0.
int nothing_found(const ObjectSelection& selection) {
    if (selection.all_namespaces)
        fmt::print(stderr, "No resources found\n");
    else
        fmt::print(stderr, "No resources found in {} namespace.\n", selection.ns);
    return 0;
}

std::string names_text(ingress::Resource resource, const std::vector<json::value>& objects) {
    const auto& info = ingress::info_of(resource);
    std::string text;
    for (const json::value& object : objects)
        text += fmt::format("{}{}{}/{}\n", info.singular, info.group.empty() ? "" : ".", info.group,
                            text_at(object, "/metadata/name"));
    return text;
}

std::string json_text(const GetCommand& command, const std::vector<json::value>& objects) {
    if (!command.selection.name.empty() && objects.size() == 1) return pretty_json(objects.front());
    return pretty_json(json::object{{"apiVersion", "v1"},
                                    {"items", json::array(objects.begin(), objects.end())},
                                    {"kind", "List"},
                                    {"metadata", json::object{}}});
}

void print(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
        throw std::runtime_error("cannot write to standard output");
}

}  // namespace

int get(const GetCommand& command) {
    const auto objects = fetch(AdminClient(command.admin), command.selection);
    if (command.form == GetForm::json) {
        print(json_text(command, objects));
        return 0;
    }
    if (objects.empty()) return nothing_found(command.selection);
    if (command.form == GetForm::name)
        print(names_text(command.selection.resource, objects));
    else
        print(object_table(command.selection.resource, objects,
                           {command.form == GetForm::wide, command.selection.all_namespaces}, now()));
    return 0;
}

int describe(const DescribeCommand& command) {
    const AdminClient client(command.admin);
    const auto objects = fetch(client, command.selection);
    if (objects.empty()) return nothing_found(command.selection);
    const auto endpoints = [&](const std::string& ns, const std::string& service) -> json::value {
        try {
            return client.get(ingress::Resource::endpoints, ns, service).front();
        } catch (const NotFound&) {
            return nullptr;
        }
    };
    std::string text;
    for (const json::value& object : objects)
        text += (text.empty() ? "" : "\n\n") + describe_object(command.selection.resource, object, endpoints, now());
    print(text);
    return 0;
}

}  // namespace fairway::app
