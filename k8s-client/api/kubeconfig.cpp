// kubeconfig files: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <memory>

#include "k8s-client/api/client_config.hpp"
#include "k8s-client/objects/base64.hpp"
#include "k8s-client/objects/fields.hpp"
#include "k8s-client/objects/reader.hpp"

namespace fairway::k8s {

namespace {

/// The value behind `name` in a list of {name, <key>: {...}}.
std::optional<Field> entry(const Field& root, std::string_view list, std::string_view key, const std::string& name) {
    for (const auto& item : root.mappings(list, {}))
        if (item.string("name") == name) return item.mapping(key, {});
    return std::nullopt;
}

class Kubeconfig {
public:
    Kubeconfig(const std::filesystem::path& file, const Field& root, std::string context)
        : file_(file), root_(root), context_(std::move(context)) {}

    Result<ClientConfig> read() {
        if (context_.empty()) context_ = root_.string("current-context");
        if (context_.empty()) return wrong("has no current-context; name one of its contexts");
        const auto context = entry(root_, "contexts", "context", context_);
        if (!context) return wrong(fmt::format("has no context \"{}\"", context_));
        const auto cluster = entry(root_, "clusters", "cluster", context->string("cluster"));
        if (!cluster) return wrong(fmt::format("has no cluster \"{}\"", context->string("cluster")));
        auto config = config_of_url(cluster->string("server"));
        if (!config) return wrong("server: " + config.error().message);
        if (const auto ns = context->string("namespace"); !ns.empty()) config->default_namespace = ns;
        if (auto done = read_cluster(*cluster, *config); !done) return done.error();
        const auto user_name = context->string("user");
        if (user_name.empty()) return config;
        const auto user = entry(root_, "users", "user", user_name);
        if (!user) return wrong(fmt::format("has no user \"{}\"", user_name));
        if (auto done = read_user(*user, user_name, *config); !done) return done.error();
        return config;
    }

private:
    Error wrong(const std::string& what) const { return Error{fmt::format("{}: {}", file_.string(), what)}; }

    Result<void> read_cluster(const Field& cluster, ClientConfig& config) {
        config.insecure_skip_verify = cluster.boolean("insecure-skip-tls-verify").value_or(false);
        config.server_name = cluster.string("tls-server-name");
        if (!cluster.string("proxy-url").empty()) return wrong("proxy-url is not supported");
        return read_pem(cluster, "certificate-authority", config.ca_pem);
    }

    Result<void> read_user(const Field& user, const std::string& name, ClientConfig& config) {
        for (const char* const key : {"exec", "auth-provider", "username", "as"})
            if (user.at(key).present())
                return wrong(
                    fmt::format("user \"{}\": {} is not supported; use a token or a client certificate, such as "
                                "those of a service account",
                                name, key));
        config.token = user.string("token");
        if (const auto token_file = user.string("tokenFile"); !token_file.empty())
            config.token_file = file_.parent_path() / token_file;
        if (auto done = read_pem(user, "client-certificate", config.certificate_pem); !done) return done;
        return read_pem(user, "client-key", config.key_pem);
    }

    /// KEY-data in Base64, or KEY as a file beside the kubeconfig.
    Result<void> read_pem(const Field& parent, const std::string& key, std::string& target) {
        if (const auto data = parent.string(key + "-data"); !data.empty()) {
            if (!decode_base64(data, target)) return wrong(fmt::format("{}-data is not Base64", key));
            return {};
        }
        const auto name = parent.string(key);
        if (name.empty()) return {};
        std::ifstream file(file_.parent_path() / name, std::ios::binary);
        target.assign(std::istreambuf_iterator<char>(file), {});
        if (!file.is_open() || target.empty()) return wrong(fmt::format("{}: cannot read {}", key, name));
        return {};
    }

    const std::filesystem::path& file_;
    const Field& root_;
    std::string context_;
};

}  // namespace

Result<ClientConfig> kubeconfig(const std::filesystem::path& path, const std::string& context) {
    std::ifstream file(path, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    if (!file.is_open()) return Error{fmt::format("cannot read {}", path.string())};
    std::optional<Result<ClientConfig>> config;
    std::vector<Complaint> complaints;
    const auto read = read_documents(text, {}, [&](const Document& document) {
        if (config || document.root == nullptr) return;
        ObjectReport report(path.string(), "Config", complaints);
        report.hide_values();
        config = Kubeconfig(path, Field(report, *document.root), context).read();
    });
    for (const auto& problem : read.problems)
        return Error{fmt::format("{}:{}: {}", path.string(), problem.mark.line, problem.message)};
    for (const auto& complaint : complaints)
        if (complaint.severity == Severity::error) return Error{complaint.to_string()};
    if (!config) return Error{fmt::format("{} is empty", path.string())};
    return *std::move(config);
}

}  // namespace fairway::k8s
