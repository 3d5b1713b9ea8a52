/* spec_help.c - the table of commands in words. */
#include "ctl/spec.h"

#include <string.h>

#include "ctl/text.h"

#define WIDE  80
#define GLUE  "\1" /* a space that is none: no line ends there */
#define RIGHT 21   /* the column where explanations stand */

/* `text` in lines of at most WIDE columns, each `left` columns from the left; the first
 * one begins at column `at`. */
static void flow(FILE *to, const char *text, int at, int left)
{
	while (*text) {
		size_t n = strcspn(text, " ");

		if (at > left && at + 1 + (int)n > WIDE - 1) {
			putc('\n', to);
			at = 0;
		}
		if (at < left) {
			fprintf(to, "%*s", left - at, "");
			at = left;
		} else if (at > left) {
			putc(' ', to);
			at++;
		}
		for (size_t i = 0; i < n; i++)
			putc(text[i] == GLUE[0] ? ' ' : text[i], to);
		at += (int)n;
		text += n;
		text += strspn(text, " ");
	}
	putc('\n', to);
}

/* "  name args   what" */
static void line(FILE *to, const char *name, const char *args, const char *what)
{
	int n = fprintf(to, "  %s%s%s", name, *args ? " " : "", args);

	if (n >= RIGHT - 1) {
		putc('\n', to);
		n = 0;
	}
	flow(to, what, n, RIGHT);
}

static const struct spec_option common[] = {
	{"config FILE", "-c", "the server's configuration (default: the installed one)",
	 SPEC_FILE},
	{"pid PID", "-p", "its process, where several run", SPEC_NONE},
	{"url URL", "", "another server, as wss://host or https://host:port", SPEC_NONE},
	{"token-file FILE", "",
	 "what makes one its administrator: the link that 'aulad "
	 "--link admin' prints there, or the token in it; - is "
	 "standard input. Also as AULA_TOKEN in the environment",
	 SPEC_FILE},
	{"cert FILE", "",
	 "trust exactly this certificate (PEM). Else the system's "
	 "authorities count; of the server of this machine, the "
	 "certificate of its configuration",
	 SPEC_FILE},
	{"json", "", "behind a command: the answer as one line of JSON", SPEC_NONE},
	{"help", "-h", "this; behind a command, what that one does", SPEC_NONE},
};

static void options(FILE *to)
{
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s%s--%s", common[i].value,
			 *common[i].value ? ", " : "", common[i].name);
		line(to, name, "", common[i].what);
	}
}

static const char ending[] =
	"A member is said by its id (m7) or by a name that only one has.\n"
	"\n"
	"What acts upon a server needs its administrator's token: of this machine's it\n"
	"is made of the secret, so be root, or the server's user. reload and stop send "
	"a\n"
	"signal.\n"
	"\n"
	"Exit codes: 0 done, and well; 1 not well, or refused; 64 usage; 65 a file that\n"
	"is none of its kind; 66 a file that cannot be read; 69 no server there; 71 no\n"
	"memory; 73 a file cannot be made; 74 the output cannot be written; 78 the\n"
	"server's configuration cannot be used.\n"
	"Environment: AULAD and AULA_LIBEXEC name the server's program and the folder "
	"of\n"
	"its tools, if they are elsewhere.\n";

void spec_usage(FILE *to)
{
	const struct spec *spec;

	fputs("Usage: aulactl [-c FILE] [OPTION]... COMMAND [ARGUMENT]...\n"
	      "Looks after Aula servers: that of this machine, or one elsewhere.\n\n",
	      to);
	for (size_t i = 0; (spec = spec_row(i)); i++) {
		char what[400];
		const char *dot = strstr(spec->what, ". ");

		/* the first sentence; all of it stands in the command's own help */
		snprintf(what, sizeof(what), "%.*s",
			 dot ? (int)(dot - spec->what) : (int)strlen(spec->what),
			 spec->what);
		line(to, spec->name, spec->args, what);
	}
	fputs("\n", to);
	options(to);
	fputs("\n", to);
	fputs(ending, to);
}

/* Begins at column `at`; its options are not torn at their spaces. */
static void synopsis(const struct spec *spec, FILE *to, int at)
{
	char text[500];
	size_t n = (size_t)snprintf(text, sizeof(text), "aulactl %s", spec->name);

	for (int i = 0; i < SPEC_OPTIONS && spec->options[i].name; i++) {
		const struct spec_option *o = &spec->options[i];

		if (n < sizeof(text) && !strstr(spec->args, o->name))
			n += (size_t)snprintf(text + n, sizeof(text) - n, " [--%s%s%s]",
					      o->name, o->value ? GLUE : "",
					      o->value ? o->value : "");
	}
	if (n < sizeof(text))
		snprintf(text + n, sizeof(text) - n, "%s%s%s",
			 spec->no_json ? "" : " [--json]", *spec->args ? " " : "",
			 spec->args);
	flow(to, text, at, at);
}

void spec_help(const struct spec *spec, FILE *to)
{
	fputs("Usage: ", to);
	synopsis(spec, to, 7);
	flow(to, spec->what, 0, 0);
	if (spec->options[0].name)
		putc('\n', to);
	for (int i = 0; i < SPEC_OPTIONS && spec->options[i].name; i++) {
		char name[64];

		snprintf(name, sizeof(name), "--%s", spec->options[i].name);
		line(to, name, spec->options[i].value ? spec->options[i].value : "",
		     spec->options[i].what);
	}
	if (spec->example)
		fprintf(to, "\nExample: %s\n", spec->example);
}

void spec_help_group(const char *word, FILE *to)
{
	const struct spec *spec;
	size_t n = strlen(word);
	bool first = true;

	for (size_t i = 0; (spec = spec_row(i)); i++) {
		if (strncmp(spec->name, word, n) != 0 || spec->name[n] != ' ')
			continue;
		fputs(first ? "Usage: " : "       ", to);
		synopsis(spec, to, 7);
		first = false;
	}
	putc('\n', to);
	for (size_t i = 0; (spec = spec_row(i)); i++) {
		if (strncmp(spec->name, word, n) != 0 || spec->name[n] != ' ')
			continue;
		line(to, spec->name, "", spec->what);
		if (spec->example)
			fprintf(to, "%*s%s\n", RIGHT, "", spec->example);
	}
}

/* ---- the manual page ----------------------------------------------------------------
 */

/* A backslash, and a dot or a quote that begins a line, would be read as orders. */
static void roff(FILE *to, const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", to);
	for (; *text; text++)
		if (*text == '\\')
			fputs("\\e", to);
		else if (*text == '-')
			fputs("\\-", to);
		else if (text[0] == '.' && text[1] == ' ')
			fputs(".\n", to), text++; /* each sentence on a line */
		else
			putc(*text, to);
	putc('\n', to);
}

static void manual_option(FILE *to, const struct spec_option *o)
{
	fprintf(to, ".It Fl \\-%s", o->name);
	if (o->value)
		fprintf(to, " Ar %s", o->value);
	putc('\n', to);
	roff(to, o->what);
}

void spec_manual(FILE *to)
{
	const struct spec *spec;

	fputs(".Sh COMMANDS\n.Bl -tag -width Ds\n", to);
	for (size_t i = 0; (spec = spec_row(i)); i++) {
		char args[200];

		/* what mdoc would take for closing marks is one word */
		snprintf(args, sizeof(args), "%s", spec->args);
		fprintf(to, ".It Cm %s", spec->name);
		if (*args)
			fprintf(to, " \"%s\"", args);
		putc('\n', to);
		roff(to, spec->what);
		if (spec->options[0].name) {
			fputs(".Bl -tag -width Ds\n", to);
			for (int k = 0; k < SPEC_OPTIONS && spec->options[k].name; k++)
				manual_option(to, &spec->options[k]);
			fputs(".El\n", to);
		}
		if (spec->example) {
			fputs(".Pp\nExample:\n.Dl ", to);
			roff(to, spec->example);
		}
	}
	fputs(".El\n", to);
}
