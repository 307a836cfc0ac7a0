{"format":"holdfast-vault","version":1,"vault":"f01fc3f9b09b46d8a75181d8d24ef4e3","createdUtc":"2026-11-30T08:28:43.5875699Z","features":{"read":["key-epochs"],"write":["key-epochs","immutability"],"gc":["key-epochs","immutability"],"check":["key-epochs"]},"immutability":{"locked":true,"days":1}}
17d8a87b9468f9e66027fcd38c06a35da9b13ec692686104b86242d90666514e
3e60db884e7ab5b1d0047055b2eb3ab4069664897261952cb3d077fed393661b
