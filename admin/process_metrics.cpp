// CPU, memory and descriptors of this process, from /proc (proc(5)): the standard process_* metrics of Prometheus'
// client libraries, and ingress-nginx's nginx_process_* that its dashboards ask for.
#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <optional>
#include <sstream>

#include "admin/metrics_page.hpp"

namespace fairway::admin {

namespace {

struct ProcessUsage {
    double cpu_seconds = 0;
    double start_time_seconds = 0;  ///< since 1970
    std::uint64_t virtual_bytes = 0;
    std::uint64_t resident_bytes = 0;
    std::uint64_t threads = 0;
};

double ticks_to_seconds(double ticks) { return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK)); }

/// Seconds since 1970 at which the machine booted, from /proc/stat; process start times count from there.
std::optional<double> boot_time() {
    std::ifstream file("/proc/stat");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("btime ")) return std::stod(line.substr(6));
    return std::nullopt;
}

std::optional<ProcessUsage> read_usage() {
    std::ifstream file("/proc/self/stat");
    std::string line;
    if (!std::getline(file, line)) return std::nullopt;
    // The second field is the program's name in parentheses and may hold anything; the rest is numbers.
    const std::size_t name_end = line.rfind(')');
    if (name_end == std::string::npos) return std::nullopt;
    std::istringstream rest(line.substr(name_end + 1));
    std::string state;
    double skipped = 0, user = 0, system = 0, threads = 0, start = 0, virtual_bytes = 0, resident_pages = 0;
    rest >> state;
    for (int field = 4; field <= 13; ++field) rest >> skipped;
    rest >> user >> system >> skipped >> skipped >> skipped >> skipped >> threads >> skipped >> start >>
        virtual_bytes >> resident_pages;
    const auto boot = boot_time();
    if (!rest || !boot) return std::nullopt;

    ProcessUsage usage;
    usage.cpu_seconds = ticks_to_seconds(user + system);
    usage.start_time_seconds = *boot + ticks_to_seconds(start);
    usage.virtual_bytes = static_cast<std::uint64_t>(virtual_bytes);
    usage.resident_bytes =
        static_cast<std::uint64_t>(resident_pages) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    usage.threads = static_cast<std::uint64_t>(threads);
    return usage;
}

std::optional<std::uint64_t> open_descriptors() {
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), ::closedir);
    if (!folder) return std::nullopt;
    std::uint64_t entries = 0;
    while (::readdir(folder.get()) != nullptr) ++entries;
    return entries - 3;  // ".", ".." and the descriptor of this listing
}

/// Bytes from and to storage: /proc/self/io, which only the process's own user may read.
std::optional<std::uint64_t> storage_bytes(std::string_view key) {
    std::ifstream file("/proc/self/io");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(key)) return std::stoull(line.substr(key.size()));
    return std::nullopt;
}

void append_storage(Exposition& out, const Labels& constant) {
    const auto read = storage_bytes("read_bytes: ");
    const auto written = storage_bytes("write_bytes: ");
    if (!read || !written) return;
    out.family("nginx_ingress_controller_nginx_process_read_bytes_total", MetricType::counter,
               "Bytes read from storage.");
    out.sample(constant, *read);
    out.family("nginx_ingress_controller_nginx_process_write_bytes_total", MetricType::counter,
               "Bytes written to storage.");
    out.sample(constant, *written);
}

void append_usage(Exposition& out, const Labels& constant, const ProcessUsage& usage) {
    constexpr auto gauge = MetricType::gauge;
    constexpr auto counter = MetricType::counter;
    out.family("nginx_ingress_controller_nginx_process_num_procs", gauge, "Processes: always 1.");
    out.sample(constant, 1);
    out.family("nginx_ingress_controller_nginx_process_cpu_seconds_total", counter, "CPU time used, user and system.");
    out.sample(constant, usage.cpu_seconds);
    out.family("nginx_ingress_controller_nginx_process_resident_memory_bytes", gauge, "Memory in RAM.");
    out.sample(constant, usage.resident_bytes);
    out.family("nginx_ingress_controller_nginx_process_virtual_memory_bytes", gauge, "Address space.");
    out.sample(constant, usage.virtual_bytes);
    out.family("nginx_ingress_controller_nginx_process_oldest_start_time_seconds", gauge,
               "Start of the process, in seconds since 1970.");
    out.sample(constant, usage.start_time_seconds);

    out.family("process_cpu_seconds_total", counter, "CPU time used, user and system.");
    out.sample({}, usage.cpu_seconds);
    out.family("process_resident_memory_bytes", gauge, "Memory in RAM.");
    out.sample({}, usage.resident_bytes);
    out.family("process_virtual_memory_bytes", gauge, "Address space.");
    out.sample({}, usage.virtual_bytes);
    out.family("process_start_time_seconds", gauge, "Start of the process, in seconds since 1970.");
    out.sample({}, usage.start_time_seconds);
    out.family("process_threads", gauge, "Threads of the process.");
    out.sample({}, usage.threads);
}

}  // namespace

void append_process_metrics(Exposition& out, const MetricsInput& input) {
    if (const auto usage = read_usage()) append_usage(out, controller_labels(input.identity), *usage);
    append_storage(out, controller_labels(input.identity));
    if (const auto descriptors = open_descriptors()) {
        out.family("process_open_fds", MetricType::gauge, "Open file descriptors.");
        out.sample({}, *descriptors);
    }
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        out.family("process_max_fds", MetricType::gauge, "Limit of open file descriptors.");
        out.sample({}, limit.rlim_cur);
    }
}

}  // namespace fairway::admin
