#include "mixer/scene.h"

#include <errno.h>
#include <stdlib.h>

static void scene_free(struct ref *ref)
{
	struct scene *scene = (struct scene *)ref; /* its first field */

	art_put(scene->picture);
	art_put(scene->logo);
	free(scene);
}

int scene_create(struct scene **out)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	if (!scene)
		return -ENOMEM;
	ref_init(&scene->ref, scene_free);
	scene->decor.ground = DECOR_GROUND;
	*out = scene;
	return 0;
}
