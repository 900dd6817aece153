// LD_PRELOAD for pcscd: moves its fixed paths below $PCSCD_DIR and replaces libudev by a datagram socket, so that a test runs its own daemon
// as any user, without namespaces, never touches real readers, and can plug and unplug virtual USB readers.
//   /run/pcscd/X            -> $PCSCD_DIR/run/X
//   /usr/lib/pcsc/drivers/X -> $PCSCD_DIR/drivers/X
//   datagram "add NAME VID:PID OPTIONS" or "remove NAME" to $PCSCD_DIR/usb.sock  -> USB reader with device string "...:OPTIONS" comes or goes
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>

namespace
{

std::string base()
{
    auto* d = getenv("PCSCD_DIR");
    return d ? d : "/nonexistent";
}

std::string moved(const char* path)
{
    std::string p = path ? path : "";
    for (auto [from, to] : {std::pair<std::string, std::string>{"/run/pcscd", "/run"}, {"/usr/lib/pcsc/drivers", "/drivers"}})
        if (p.compare(0, from.size(), from) == 0) return base() + to + p.substr(from.size());
    return p;
}

template<typename F> F* real(const char* name) { return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name)); }

// A killed test leaves no daemon behind. (The signal comes when the *thread* that forked pcscd ends: start it from one that lives long enough.)
[[maybe_unused]] const int dieWithParent = prctl(PR_SET_PDEATHSIG, SIGTERM);

} // namespace

struct udev_device
{
    std::string action, name, vendor, product, node;
};
static int theUdev, theMonitor, theEnumerate; // only their addresses count

extern "C"
{

    int stat(const char* p, struct stat* s) noexcept { return real<int(const char*, struct stat*)>("stat")(moved(p).c_str(), s); }
    int mkdir(const char* p, mode_t m) noexcept { return real<int(const char*, mode_t)>("mkdir")(moved(p).c_str(), m); }
    int chmod(const char* p, mode_t m) noexcept { return real<int(const char*, mode_t)>("chmod")(moved(p).c_str(), m); }
    int remove(const char* p) noexcept { return real<int(const char*)>("remove")(moved(p).c_str()); }
    DIR* opendir(const char* p) { return real<DIR*(const char*)>("opendir")(moved(p).c_str()); }
    FILE* fopen(const char* p, const char* m) { return real<FILE*(const char*, const char*)>("fopen")(moved(p).c_str(), m); }
    void* dlopen(const char* p, int f) noexcept { return real<void*(const char*, int)>("dlopen")(p ? moved(p).c_str() : nullptr, f); }
    int open(const char* p, int flags, ...)
    {
        va_list a;
        va_start(a, flags);
        mode_t mode = flags & O_CREAT ? va_arg(a, mode_t) : 0;
        va_end(a);
        return real<int(const char*, int, ...)>("open")(moved(p).c_str(), flags, mode);
    }
    int bind(int fd, const sockaddr* a, socklen_t n) noexcept
    {
        auto f = real<int(int, const sockaddr*, socklen_t)>("bind");
        if (a->sa_family != AF_UNIX) return f(fd, a, n);
        sockaddr_un u{};
        u.sun_family = AF_UNIX;
        auto p = moved(reinterpret_cast<const sockaddr_un*>(a)->sun_path);
        if (p.size() >= sizeof u.sun_path)
        {
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(u.sun_path, p.c_str(), p.size());
        return f(fd, reinterpret_cast<sockaddr*>(&u), sizeof u);
    }

    void* udev_new() { return &theUdev; }
    void* udev_unref(void*) { return nullptr; }
    void* udev_enumerate_new(void*) { return &theEnumerate; }
    void* udev_enumerate_unref(void*) { return nullptr; }
    int udev_enumerate_add_match_subsystem(void*, const char*) { return 0; }
    int udev_enumerate_scan_devices(void*) { return 0; }
    void* udev_enumerate_get_list_entry(void*) { return nullptr; }
    void* udev_list_entry_get_next(void*) { return nullptr; }
    const char* udev_list_entry_get_name(void*) { return nullptr; }
    udev_device* udev_device_new_from_syspath(void*, const char*) { return nullptr; }
    void* udev_monitor_new_from_netlink(void*, const char*)
    {
        theMonitor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_un u{};
        u.sun_family = AF_UNIX;
        auto p = base() + "/usb.sock";
        if (p.size() >= sizeof u.sun_path) return nullptr;
        memcpy(u.sun_path, p.c_str(), p.size());
        ::unlink(p.c_str());
        return ::bind(theMonitor, reinterpret_cast<sockaddr*>(&u), sizeof u) ? nullptr : &theMonitor;
    }
    int udev_monitor_filter_add_match_subsystem_devtype(void*, const char*, const char*) { return 0; }
    int udev_monitor_enable_receiving(void*) { return 0; }
    int udev_monitor_get_fd(void*) { return theMonitor; }
    udev_device* udev_monitor_receive_device(void*)
    {
        char text[1024];
        ssize_t n = ::recv(theMonitor, text, sizeof text, 0);
        if (n <= 0) return nullptr;
        std::istringstream in(std::string(text, size_t(n)));
        auto* d = new udev_device;
        in >> d->action >> d->name >> d->vendor >> d->node;
        if (auto colon = d->vendor.find(':'); colon != std::string::npos)
        {
            d->product = d->vendor.substr(colon + 1);
            d->vendor.resize(colon);
        }
        return d;
    }
    udev_device* udev_device_unref(udev_device* d)
    {
        delete d;
        return nullptr;
    }
    udev_device* udev_device_get_parent_with_subsystem_devtype(udev_device* d, const char*, const char*) { return d; }
    const char* udev_device_get_action(udev_device* d) { return d->action.c_str(); }
    const char* udev_device_get_sysname(udev_device* d) { return d->name.c_str(); }
    const char* udev_device_get_devnode(udev_device* d) { return d->node.c_str(); }
    const char* udev_device_get_sysattr_value(udev_device* d, const char* key)
    {
        if (!strcmp(key, "idVendor")) return d->vendor.c_str();
        if (!strcmp(key, "idProduct")) return d->product.c_str();
        return nullptr; // serial, interface: would be appended to the reader name as "[interface] (serial)"
    }

} // extern "C"
