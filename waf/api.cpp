#include "waf/api.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "waf/transaction.hpp"

namespace fairway::waf {

namespace {

constexpr const char* kLibrary = "libmodsecurity.so.3";

class Symbols {
public:
    explicit Symbols(void* library) : library_(library) {}

    template <class Function>
    void find(const char* name, Function& function) {
        function = reinterpret_cast<Function>(dlsym(library_, name));
        if (function == nullptr && missing_.empty()) missing_ = name;
    }
    std::string_view missing() const noexcept { return missing_; }

private:
    void* library_;
    std::string_view missing_;
};

// The library looks its log files up without a lock when it writes to them. Those that rules may name (rule_text.hpp) are
// opened here, before any rule, and stay open: nothing about them changes while workers look.
void open_logs(const Api& api) {
    for (const char* path : {"/dev/stdout", "/dev/stderr"}) {
        const auto rules = fmt::format("SecAuditEngine On\nSecAuditLogType Serial\nSecAuditLog {0}\nSecDebugLog {0}\n"
                                       "SecDebugLogLevel 0\n",
                                       path);
        static auto& kept = *new std::vector<modsecurity::RulesSet*>;
        kept.push_back(api.create_rules());
        const char* error = nullptr;
        // A stream that cannot be opened is told of when it is used.
        api.add_rules(kept.back(), rules.c_str(), &error);
        std::free(const_cast<char*>(error));
    }
}

}  // namespace

modsecurity::ModSecurity* Api::of_this_thread() const {
    thread_local modsecurity::ModSecurity* mine = nullptr;
    if (mine != nullptr) return mine;
    // Never given back: that would end libxml2 and curl for all other threads.
    static std::mutex mutex;
    static auto& all = *new std::vector<modsecurity::ModSecurity*>;
    const std::lock_guard lock(mutex);
    mine = all.emplace_back(init());
    set_log(mine, Transaction::note);
    return mine;
}

Result<Api> load_api(const char* library) {
    void* const handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr)
        return Error{fmt::format("ModSecurity's library cannot be loaded ({}); install the Debian package "
                                 "libmodsecurity3t64 (libmodsecurity3 before trixie)",
                                 dlerror())};
    Symbols symbols(handle);
    Api api{};
    symbols.find("msc_init", api.init);
    symbols.find("msc_set_log_cb", api.set_log);
    symbols.find("msc_create_rules_set", api.create_rules);
    symbols.find("msc_rules_add", api.add_rules);
    symbols.find("msc_rules_cleanup", api.delete_rules);
    symbols.find("msc_new_transaction_with_id", api.begin);
    symbols.find("msc_process_connection", api.connection);
    symbols.find("msc_process_uri", api.uri);
    symbols.find("msc_add_n_request_header", api.request_field);
    symbols.find("msc_process_request_headers", api.request_fields);
    symbols.find("msc_append_request_body", api.append_request_body);
    symbols.find("msc_process_request_body", api.request_body);
    symbols.find("msc_add_n_response_header", api.response_field);
    symbols.find("msc_process_response_headers", api.response_fields);
    symbols.find("msc_append_response_body", api.append_response_body);
    symbols.find("msc_process_response_body", api.response_body);
    symbols.find("msc_intervention", api.intervention);
    symbols.find("msc_update_status_code", api.set_status);
    symbols.find("msc_process_logging", api.logging);
    symbols.find("msc_transaction_cleanup", api.end);
    if (!symbols.missing().empty())
        return Error{fmt::format("{} has no function {}: it is not libmodsecurity 3", library, symbols.missing())};
    return api;
}

Result<const Api*> load_api() {
    static std::mutex mutex;
    static std::optional<Api> loaded;
    const std::lock_guard lock(mutex);
    if (!loaded) {
        auto api = load_api(kLibrary);
        if (!api) return api.error();  // not kept: it may be installed later
        loaded = *api;
        open_logs(*loaded);
    }
    return &*loaded;
}

}  // namespace fairway::waf
