// `eidkern`: arguments in, exit code out. Every command is one function that adds its options and runs while they are read; serve runs after that.
#include <CLI/CLI.hpp>
#include <QCoreApplication>
#include <cstdio>
#include <functional>
#include <iostream>
#include <memory>
#include <sstream>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "cli/card_commands.h"
#include "cli/completion.h"
#include "cli/doctor_command.h"
#include "cli/failure_command.h"
#include "cli/graph_command.h"
#include "cli/lab_command.h"
#include "cli/login_command.h"
#include "cli/open_command.h"
#include "cli/pin_commands.h"
#include "cli/printable.h"
#include "cli/return_code_commands.h"
#include "cli/serve_command.h"
#include "cli/trust_command.h"
#include "eidkern/engine.h"
#include "eidkern/readers.h"

using namespace eidkern;
using namespace eidkern::cli;

namespace
{

// A thread that another program or pcscd holds must not meet our static destructors.
int leave(ExitCode code)
{
    std::fflush(nullptr);
    if (!finishPcsc(std::chrono::seconds(2))) std::_Exit(int(code));
    return int(code);
}

// Memory holds PINs and personal data: no core dumps, and no other process of this user may read it.
void forbidDumps()
{
#if !__has_feature(address_sanitizer) // its leak checker reads us
    ::prctl(PR_SET_DUMPABLE, 0);
#endif
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
}

} // namespace

int main(int argc, char** argv)
{
    forbidDumps();
    // Qt's own event loop: GLib's takes a quarter of a MiB and makes each turn dearer. Programs that are started from here choose for themselves.
    const bool ownLoop = !qEnvironmentVariableIsSet("QT_NO_GLIB") && qputenv("QT_NO_GLIB", "1");
    QCoreApplication application(argc, argv);
    if (ownLoop) qunsetenv("QT_NO_GLIB");
    auto arguments = std::make_unique<CLI::App>("eidkern: the German online ID function (TR-03124-1) without a graphical interface", "eidkern");
    auto& app = *arguments;
    app.footer("Exit codes: 0 success, 2 usage, 3 port taken, 4 warnings, 10 user, 11 card, 12 reader, 13 network, 14 service, 15 client, 1 anything else.\n"
               "`eidkern COMMAND --help` says more about a command.");
    app.require_subcommand(0, 1);

    auto result = ExitCode::Success;
    std::function<ExitCode()> stay; // of the command that stays in memory, without the arguments and their explanations
    addDemoCommand(app, result);
    addLoginCommands(app, result);
    addServeCommand(app, stay);
    addOpenCommand(app, result);
    addPinCommands(app, result);
    addLabCommand(app, result);
    addCardCommands(app, result);
    addGraphCommand(app, result);
    app.add_subcommand("version", "print the version")->callback([] { std::printf("eidkern %.*s\n", int(version().size()), version().data()); });
    addFailureCommand(app, result);
    addReturnCodeCommands(app, result);
    addTrustCommand(app, result);
    addDoctorCommands(app, result);
    addCompletionCommand(app);

    try
    {
        app.parse(argc, argv);
    }
    catch (const CLI::ParseError& e)
    {
        std::ostringstream said; // what was typed may come from a web page
        const bool asked = app.exit(e, std::cout, said) == 0;
        std::fputs(printable(said.str()).c_str(), stderr);
        return asked ? 0 : int(ExitCode::Usage);
    }

    if (app.get_subcommands().empty())
    {
        std::fputs(app.help().c_str(), stderr);
        return int(ExitCode::Usage);
    }
    if (!stay) return leave(result);
    arguments.reset();
    return leave(stay());
}
