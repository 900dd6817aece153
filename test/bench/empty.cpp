// The floor for the command line: a program that is there and speaks, and nothing else.
#include <QCoreApplication>
#include <cstdio>

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    std::puts("here");
    std::fflush(stdout);
}
