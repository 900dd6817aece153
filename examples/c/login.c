/* A whole login through the C API, with a simulated card.
 *
 *     eidkern lab --pki /tmp/eidlab
 *     cc -std=c99 login.c -o login $(pkg-config --cflags --libs eidkern)
 *     ./login URL /tmp/eidlab/cvca.cvcert
 *
 * In place of the file with the lab's root there may be a trust store, a folder that `eidkern trust import` has filled.
 *
 * The messages are looked at as text to keep this short; a real program has a JSON library. */
#define _POSIX_C_SOURCE 200809L
#include <eidkern/eidkern.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct login
{
    eidkern_engine *engine;
    sem_t finished;
    int success;
};

static int is(const char *message, const char *name)
{
    char member[64];
    snprintf(member, sizeof member, "\"msg\":\"%s\"", name);
    return strstr(message, member) != NULL;
}

/* Called on the engine's thread. Here a real program asks its user. */
static void on_message(void *context, const char *message)
{
    struct login *login = context;
    puts(message);
    if (is(message, "ACCESS_RIGHTS")) eidkern_send(login->engine, "{\"cmd\":\"ACCEPT\"}");
    if (is(message, "INSERT_CARD")) eidkern_send(login->engine, "{\"cmd\":\"SET_CARD\",\"name\":\"Simulator\"}");
    if (is(message, "ENTER_PIN")) eidkern_send(login->engine, "{\"cmd\":\"SET_PIN\",\"value\":\"123456\"}");
    if (is(message, "AUTH") && strstr(message, "\"result\":"))
    {
        login->success = strstr(message, "resultmajor#ok") != NULL; /* "url" is where the browser goes now */
        sem_post(&login->finished);
    }
}

int main(int argc, char **argv)
{
    struct login login = {NULL, {{0}}, 0};
    char settings[4096], command[8192], why[256];
    struct stat about;
    if (argc != 3)
    {
        fprintf(stderr, "usage: login URL CVCA-FILE|TRUST-STORE\n");
        return 2;
    }
    sem_init(&login.finished, 0, 0);
    const int folder = stat(argv[2], &about) == 0 && S_ISDIR(about.st_mode);
    snprintf(settings, sizeof settings, "{%s\"%s\"%s,\"basicReader\":true,\"pcscReaders\":false}", folder ? "\"trustStore\":" : "\"testTrustAnchors\":[",
             argv[2], folder ? "" : "]");
    login.engine = eidkern_new(settings, on_message, &login, why, sizeof why);
    if (!login.engine)
    {
        fprintf(stderr, "login: %s\n", why);
        return 1;
    }
    snprintf(command, sizeof command, "{\"cmd\":\"RUN_AUTH\",\"tcTokenURL\":\"%s\"}", argv[1]);
    eidkern_send(login.engine, command);
    sem_wait(&login.finished);
    eidkern_free(login.engine);
    puts(login.success ? "Success" : "Failed");
    return login.success ? 0 : 1;
}
