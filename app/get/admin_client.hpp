// The admin API from the client's side: asks a running instance, and tells the user what to do when that fails.
#pragma once

#include <boost/json/value.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "ingress/explain.hpp"
#include "ingress/reports/resource.hpp"

namespace fairway::app {

/// The instance answers, but has no such object.
class NotFound : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Throws std::runtime_error with a sentence for the user.
class AdminClient {
public:
    /// @param base  --admin: "http://127.0.0.1:10255".
    explicit AdminClient(std::string base);

    /// @param ns  empty: all namespaces.
    std::vector<boost::json::value> list(ingress::Resource resource, const std::string& ns) const;
    /// One object; all routes of a host. Throws NotFound in kubectl's words.
    std::vector<boost::json::value> get(ingress::Resource resource, const std::string& ns,
                                        const std::string& name) const;
    ingress::Explanation explain(const ingress::ExplainRequest& request) const;

private:
    /// @return the answer of status 200.
    boost::json::value fetch(const std::string& target) const;

    std::string base_;
};

}  // namespace fairway::app
