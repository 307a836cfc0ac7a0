{"format":"holdfast-vault","version":1,"vault":"d9b7b23ba1b248d68932ec6c7b710000","createdUtc":"2026-11-30T08:28:45.8757191Z","features":{"read":[],"write":[],"gc":[],"check":[]}}
11c38dc755d96fc97cc50280088417be155a5460b610c546e5edf98655135918
521a43950fe89f347cd7c3dbc91e4549834442397715b47aae5188171af198de
