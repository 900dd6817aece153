// A listening TCP socket in the Qt event loop. QTcpServer would do, but it brings half of Qt Network into a process that waits.
#pragma once
#include <QSocketNotifier>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <tl/expected.hpp>

namespace eidkern::network
{

class Listener
{
public:
    using Accepted = std::function<void(int descriptor)>; // which belongs to whom it is given; may not destroy the listener

    struct Fault
    {
        bool portTaken;     // another program has it
        std::string detail; // for people
    };
    // `address`: "127.0.0.1", "::", "fe80::1%eth0", no name; an IPv6 address takes no IPv4. `port` 0: any that is free.
    static tl::expected<std::unique_ptr<Listener>, Fault> open(const std::string& address, std::uint16_t port, Accepted accepted);
    ~Listener();
    Listener(const Listener&) = delete;

    std::uint16_t port() const;
    bool ipv6() const;

private:
    Listener(int descriptor, Accepted accepted);
    void accept();
    void refuseOne();

    const int descriptor_;
    const Accepted accepted_;
    int spare_; // a descriptor, for when no other is left
    QSocketNotifier waiting_;
};

} // namespace eidkern::network
